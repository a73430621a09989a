// The drawing of a case: what is done, where its tokens stand, how many branches are through.
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import './styles/diagram.css'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'

const FONT = "'Titillium Web', sans-serif"
const STEP = 60
const SMALLEST = 0.5 // below this scale no name can be read
const READABLE = 0.75
const MARGIN = 20

for (const place of document.querySelectorAll('[data-diagram-url]')) {
  draw(place).catch(() => {
    place.querySelector('.c-diagram-canvas').hidden = true
    place.prepend(sentence(place.dataset.failed))
  })
}

async function draw(place) {
  const canvasPlace = place.querySelector('.c-diagram-canvas')
  const answer = await fetch(place.dataset.diagramUrl, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(answer.statusText)
  const state = await answer.json()

  canvasPlace.hidden = false
  await document.fonts.load(`13px ${FONT}`) // text is measured while it is drawn
  const viewer = new NavigatedViewer({
    container: canvasPlace,
    overlays: { defaults: { scale: { min: 0.8 } } }, // a button to open a part is never tiny
    additionalModules: [{ translate: ['value', words(place.dataset)] }],
    textRenderer: {
      defaultStyle: { fontFamily: FONT, fontSize: '13px' },
      externalStyle: { fontFamily: FONT, fontSize: '12px' },
    },
  })
  await viewer.importXML(state.xml)
  raiseButtons(viewer)
  mark(viewer, state, place.dataset.count)
  describe(canvasPlace, place.dataset)
  listen(place, canvasPlace, viewer, state)
  leadBack(canvasPlace, viewer, place.dataset.way)
  showBest(viewer, state)
  place.dataset.drawn = ''
}

// An id that this drawing does not show is passed over: a called process has its own drawing.
function mark(viewer, state, countWords) {
  const canvas = viewer.get('canvas')
  const registry = viewer.get('elementRegistry')
  const drawn = (id) => registry.get(id)
  for (const id of state.done.filter(drawn)) canvas.addMarker(id, 'is-done')
  for (const token of state.current.filter((one) => drawn(one.id))) {
    canvas.addMarker(token.id, 'is-current')
    for (const part of foldedAround(viewer, drawn(token.id))) canvas.addMarker(part, 'is-current')
    flag(viewer, token.id, token.count > 1 ? `${token.label} × ${token.count}` : token.label, 'c-token', -14)
  }
  for (const branch of state.branches.filter((one) => drawn(one.id))) {
    const words = countWords.replace('{k}', branch.done).replace('{n}', branch.total)
    flag(viewer, branch.id, words, 'c-branches', registry.get(branch.id).height - 10)
  }
}

// A sub-process may have a page of its own; on the page around it a plain box stands for it.
function foldedAround(viewer, element) {
  const root = viewer.get('canvas').findRoot(element)
  const box = viewer.get('elementRegistry').get(root?.id.replace(/_plane$/, ''))
  return box && box !== root ? [box, ...foldedAround(viewer, box)] : []
}

function flag(viewer, id, words, className, top) {
  if (!words) return
  const label = document.createElement('span')
  label.className = className
  label.textContent = words
  viewer.get('overlays').add(id, { position: { top, left: 8 }, html: label })
}

// For a screen reader the drawing is one picture; the words beneath tell the same.
function describe(canvasPlace, data) {
  const picture = canvasPlace.querySelector('svg')
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', data.name)
  picture.setAttribute('aria-describedby', data.describedBy)
}

// The only words the viewer says by itself stand on the button that opens a part.
function words(data) {
  return (template, values = {}) => (template === 'Open {element}' ? data.open.replace('{name}', values.element) : template)
}

// Below a part stand the names of its events; its button stands where nothing is written.
function raiseButtons(viewer) {
  const overlays = viewer.get('overlays')
  for (const { id, element, html } of overlays.get({ type: 'drilldown' })) {
    overlays.remove(id)
    overlays.add(element, { position: { top: -10, right: 16 }, html })
  }
}

// The way back out of a part stands above the drawing, where it hides nothing.
function leadBack(canvasPlace, viewer, name) {
  const canvas = viewer.get('canvas')
  const way = canvasPlace.querySelector('.bjs-breadcrumbs')
  const outermost = canvas.getRootElement()
  way.hidden = true
  way.setAttribute('aria-label', name)
  canvasPlace.before(way)
  viewer.on('root.set', ({ element }) => {
    const pressed = [canvasPlace, way].some((one) => one.contains(document.activeElement))
    way.hidden = element === outermost
    showReadable(viewer)
    if (pressed) canvasPlace.focus({ preventScroll: true }) // the button that was pressed is gone
  })
}

function listen(place, canvasPlace, viewer, state) {
  const canvas = viewer.get('canvas')
  const zoom = viewer.get('zoomScroll')
  const acts = {
    in: () => zoom.stepZoom(1),
    out: () => zoom.stepZoom(-1),
    fit: () => canvas.zoom('fit-viewport', 'auto'),
    current: () => showCurrent(canvas, viewer, state),
  }
  const keys = {
    '+': acts.in,
    '-': acts.out,
    0: acts.fit,
    ArrowLeft: () => canvas.scroll({ dx: STEP, dy: 0 }),
    ArrowRight: () => canvas.scroll({ dx: -STEP, dy: 0 }),
    ArrowUp: () => canvas.scroll({ dx: 0, dy: STEP }),
    ArrowDown: () => canvas.scroll({ dx: 0, dy: -STEP }),
  }
  const tools = place.querySelector('.c-diagram-tools')
  tools.hidden = false
  tools.querySelector('[data-zoom=current]').hidden = state.current.length === 0
  tools.addEventListener('click', (event) => acts[event.target.closest('[data-zoom]')?.dataset.zoom]?.())
  canvasPlace.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return
    event.preventDefault()
    keys[event.key]()
  })
}

// A drawing shrunk too far cannot be read, and work inside a part is not seen from outside: then it
// opens where the case stands, or at its beginning.
function showBest(viewer, state) {
  const canvas = viewer.get('canvas')
  const fits = showReadable(viewer)
  const here = current(viewer, state)
  if (here && (!fits || foldedAround(viewer, here).length)) showCurrent(canvas, viewer, state)
}

function showReadable(viewer) {
  const canvas = viewer.get('canvas')
  canvas.zoom('fit-viewport', 'auto')
  if (canvas.zoom() >= SMALLEST) return true
  const { inner, outer } = canvas.viewbox()
  const [width, height] = [outer.width / READABLE, outer.height / READABLE]
  const begin = beginning(viewer)
  // On a narrow screen the upper left corner of a large drawing may be empty: its beginning is not.
  const y = begin ? begin.y + begin.height / 2 - height / 2 : inner.y - MARGIN
  const lowest = inner.y + inner.height + MARGIN - height
  canvas.viewbox({ x: inner.x - MARGIN, y: Math.max(inner.y - MARGIN, Math.min(y, lowest)), width, height })
  return false
}

// Where the drawing that is shown begins: its leftmost start, not those of the parts drawn inside.
function beginning(viewer) {
  const root = viewer.get('canvas').getRootElement()
  const starts = viewer.get('elementRegistry').filter((one) => one.type === 'bpmn:StartEvent' && one.parent === root)
  return starts.sort((one, other) => one.x - other.x)[0]
}

function showCurrent(canvas, viewer, state) {
  const here = current(viewer, state)
  if (!here) return
  canvas.setRootElement(canvas.findRoot(here))
  canvas.zoom(0.85)
  const view = canvas.viewbox()
  canvas.viewbox({
    ...view,
    x: here.x + here.width / 2 - view.width / 2,
    y: here.y + here.height / 2 - view.height / 2,
  })
}

function current(viewer, state) {
  const registry = viewer.get('elementRegistry')
  return state.current.map((token) => registry.get(token.id)).find(Boolean)
}

function sentence(words) {
  const paragraph = document.createElement('p')
  paragraph.className = 'c-calc'
  paragraph.setAttribute('role', 'status')
  paragraph.textContent = words
  return paragraph
}
