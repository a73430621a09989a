// Municipalities on a map without tiles: points of their zone, picked here or in the list beside.
import 'leaflet/dist/leaflet.css'
import './styles/map.css'
import L from 'leaflet'

// More names than this at once cannot be read: then they show on hover and focus.
const MANY = 40

// What may be picked shows by size, colour and ring; the list beside carries the same in words.
const LOOKS = {
  picked: { radius: 9, weight: 3, color: '#17324d', fillColor: '#0059b3', fillOpacity: 1 },
  free: { radius: 7, weight: 2, color: '#0059b3', fillColor: '#fff', fillOpacity: 1 },
  far: { radius: 4, weight: 1, color: '#5d7083', fillColor: '#d3dae2', fillOpacity: 1 },
}

for (const place of document.querySelectorAll('[data-map-url]')) {
  show(place).catch(() => {
    place.hidden = false
    place.classList.add('is-failed')
    place.textContent = place.dataset.failed
  })
}
countPicked()
document.addEventListener('change', countPicked)

async function show(place) {
  const answer = await fetch(place.dataset.mapUrl, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(answer.statusText)
  const { points } = await answer.json()

  place.hidden = false
  const map = L.map(place, { attributionControl: false, zoomControl: false, zoomSnap: 0.25 })
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map)
  const boxes = boxesOf(place)
  const boxed = points.filter((point) => boxes.has(String(point.id)))
  fit(map, boxed.length ? boxed : points) // before the points: Leaflet draws only what has a view
  const named = boxed.length <= MANY
  const shown = points.map((point) => draw(point, boxes.get(String(point.id)), map, named))
  document.addEventListener('change', (event) => {
    for (const one of shown) if (one.box === event.target) paint(one)
  })
  const tidy = () => declutter(shown, place)
  map.on('zoomend resize', tidy)
  tidy()
  map.getContainer().setAttribute('role', 'group')
  map.getContainer().setAttribute('aria-label', place.dataset.name)
  place.dataset.drawn = ''
}

function boxesOf(place) {
  const inputs = document.querySelectorAll(`input[name="${CSS.escape(place.dataset.mapInput)}"]`)
  return new Map([...inputs].map((box) => [box.value, box]))
}

function draw(point, box, map, named) {
  const marker = L.circleMarker([point.lat, point.lon], { ...LOOKS.far }).addTo(map)
  const one = { point, box, marker }
  marker.bindTooltip(point.name, { permanent: Boolean(box) && named, direction: 'top', offset: [0, -6] })
  if (box && !box.disabled) {
    marker.on('click', () => toggle(box))
    makeButton(marker.getElement(), box)
  }
  // A name that found no room stands out while its point is looked at.
  const look = (on) => () => marker.getTooltip().getElement()?.classList.toggle('is-looked-at', on)
  for (const name of ['mouseenter', 'focus']) marker.getElement().addEventListener(name, look(true))
  for (const name of ['mouseleave', 'blur']) marker.getElement().addEventListener(name, look(false))
  paint(one)
  return one
}

// --- names that do not cover each other -------------------------------------------------------

// Where a name may stand beside its point, the best place first.
const SIDES = [['top', [0, -6]], ['bottom', [0, 6]], ['right', [8, 0]], ['left', [-8, 0]]]

// Each name takes the first free side. One that finds none shows on hover, on focus and closer by.
function declutter(shown, place) {
  const frame = place.getBoundingClientRect()
  const taken = shown.map((one) => one.marker.getElement().getBoundingClientRect())
  for (const { marker } of shown) {
    const tooltip = marker.getTooltip()
    if (!tooltip.options.permanent) continue
    const element = tooltip.getElement()
    const own = marker.getElement().getBoundingClientRect()
    const others = taken.filter((one) => !same(one, own))
    const free = SIDES.some(([direction, offset]) => {
      Object.assign(tooltip.options, { direction, offset: L.point(offset) })
      tooltip.update()
      const here = element.getBoundingClientRect()
      if (!within(here, frame) || others.some((one) => overlap(one, here))) return false
      taken.push(here)
      return true
    })
    element.classList.toggle('is-crowded', !free)
  }
}

const same = (a, b) => a.left === b.left && a.top === b.top && a.right === b.right
const within = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

// A point is a switch for the keyboard too; its box is the one truth.
function makeButton(element, box) {
  element.setAttribute('tabindex', '0')
  element.setAttribute('role', 'checkbox')
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    event.stopPropagation()
    toggle(box)
  })
}

function toggle(box) {
  box.checked = !box.checked
  for (const kind of ['input', 'change']) box.dispatchEvent(new Event(kind, { bubbles: true }))
}

function paint({ point, box, marker }) {
  const look = box?.checked ? 'picked' : box ? 'free' : 'far'
  marker.setStyle(LOOKS[look])
  marker.setRadius(LOOKS[look].radius)
  const element = marker.getElement()
  if (!element.hasAttribute('role')) element.setAttribute('role', 'img')
  else element.setAttribute('aria-checked', String(box.checked))
  element.setAttribute('aria-label', [point.name, point.state].filter(Boolean).join(', '))
}

function fit(map, points) {
  const bounds = L.latLngBounds(points.map((point) => [point.lat, point.lon]))
  map.fitBounds(bounds.pad(0.12))
  map.setMaxBounds(bounds.pad(1.5))
}

function countPicked() {
  for (const picker of document.querySelectorAll('[data-picker]')) {
    const words = picker.querySelector('[data-picked-count]')
    const picked = picker.querySelectorAll('input[type=checkbox]:checked').length
    const sentence = picked === 1 ? words.dataset.one : words.dataset.words
    words.textContent = sentence.replace('{n}', picked)
  }
}
