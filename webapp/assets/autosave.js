// A draft is kept while the officer writes. What the server answers is the sentence shown.
const PAUSE = 1500
const LONGEST_WAIT = 3000
const underway = new WeakMap()

export function startAutosave() {
  let timer
  document.addEventListener('input', (event) => {
    const form = event.target.closest?.('form[data-autosave-url]')
    if (!form || event.target.type === 'file') return
    clearTimeout(timer)
    timer = setTimeout(() => begin(form), PAUSE)
  })
  // An act that overtook its own draft would be refused like a colleague's: it waits for the answer.
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('form[data-autosave-url] button')
    if (!button) return
    clearTimeout(timer)
    const saved = underway.get(button.form)
    if (!saved) return
    event.preventDefault()
    event.stopImmediatePropagation()
    Promise.race([saved, new Promise((done) => setTimeout(done, LONGEST_WAIT))]).then(() => {
      underway.delete(button.form)
      if (button.isConnected) button.click()
    })
  }, true)
  // The submit carries the same words; a draft arriving after it would come too late.
  document.addEventListener('submit', () => clearTimeout(timer))
}

// One after the other: each carries the version of the draft that the one before it was given.
function begin(form) {
  const before = underway.get(form) ?? Promise.resolve()
  const mine = before
    .then(() => save(form))
    .finally(() => underway.get(form) === mine && underway.delete(form))
  underway.set(form, mine)
}

async function save(form) {
  if (!form.isConnected || form.dataset.sent !== undefined) return
  try {
    show(form, ...(await send(form)))
  } catch {
    show(form, form.dataset.autosaveFailed, false)
  }
}

async function send(form) {
  const answer = await fetch(form.dataset.autosaveUrl, {
    method: 'POST',
    body: withoutFiles(new FormData(form)),
    headers: { Accept: 'application/json' },
  })
  const body = await answer.json().catch(() => ({}))
  if (!answer.ok) return [body.detail ?? form.dataset.autosaveFailed, false]
  const version = form.querySelector('[name=draft_version]')
  if (version && body.draft_version !== undefined) version.value = body.draft_version
  return [body.message, true]
}

// Files are sent once, when the officer sends the form.
function withoutFiles(data) {
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  return data
}

function show(form, words, saved) {
  const place = form.querySelector('[data-draft-state]') ?? document.querySelector('[data-draft-state]')
  if (!place || !words) return
  place.hidden = false
  place.classList.toggle('is-failed', !saved)
  place.querySelector('[data-draft-words]').textContent = words
}
