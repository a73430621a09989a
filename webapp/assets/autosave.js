// A draft is kept while the officer writes. What the server answers is the sentence shown.
const PAUSE = 1500

export function startAutosave() {
  let timer
  document.addEventListener('input', (event) => {
    const form = event.target.closest?.('form[data-autosave-url]')
    if (!form || event.target.type === 'file') return
    clearTimeout(timer)
    timer = setTimeout(() => save(form), PAUSE)
  })
  // The submit carries the same words; a draft arriving after it would come too late.
  document.addEventListener('submit', () => clearTimeout(timer))
}

async function save(form) {
  if (!form.isConnected || form.dataset.sent !== undefined) return
  if (form.dataset.saving !== undefined) {
    form.dataset.again = ''
    return
  }
  form.dataset.saving = ''
  try {
    show(form, ...(await send(form)))
  } catch {
    show(form, form.dataset.autosaveFailed, false)
  } finally {
    delete form.dataset.saving
    if (form.dataset.again !== undefined) {
      delete form.dataset.again
      save(form)
    }
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
