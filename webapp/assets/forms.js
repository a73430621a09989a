// Fields that come and go, counters, sums, and one submit at a time. The server decides; this only
// shows at once what it will answer.
import { amount, money, plain } from './numbers.js'

export function startForms() {
  refresh(document)
  document.addEventListener('input', (event) => refreshAround(event.target))
  document.addEventListener('change', (event) => refreshAround(event.target))
  document.addEventListener('click', clickOnce, true)
  document.addEventListener('submit', submitOnce)
  window.addEventListener('pageshow', (event) => event.persisted && release())
  keepPlace()
}

function refreshAround(element) {
  const form = element.closest?.('form')
  if (!form) return
  if (element.matches('[data-counter]')) count(element)
  showAndHide(form)
  sum(form)
}

function refresh(root) {
  for (const element of root.querySelectorAll('[data-counter]')) count(element)
  for (const form of root.querySelectorAll('form[data-once]')) {
    showAndHide(form)
    sum(form)
  }
}

// --- conditional fields ---------------------------------------------------------------------

function showAndHide(form) {
  // In the order of the page: a field that is hidden hides what depends on it.
  for (const part of form.querySelectorAll('[data-show-when]')) {
    const given = answers(form, part.dataset.showWhen)
    part.hidden = !JSON.parse(part.dataset.showIn).some((value) => given.includes(String(value)))
  }
}

function answers(form, name) {
  const found = form.querySelectorAll(`[name="${CSS.escape(name)}"]`)
  return [...found]
    .filter((input) => !input.closest('[hidden]'))
    .filter((input) => !['radio', 'checkbox'].includes(input.type) || input.checked)
    .map((input) => input.value)
}

// --- counters -------------------------------------------------------------------------------

function count(area) {
  const words = document.getElementById(`${area.id}-count`)
  if (!words) return
  const left = Number(area.dataset.counter) - [...area.value].length
  const sentence = left < 0 ? words.dataset.over : words.dataset.left
  words.textContent = sentence.replace('{n}', Math.abs(left))
  words.classList.toggle('is-over', left < 0)
}

// --- sums -----------------------------------------------------------------------------------

function sum(form) {
  for (const output of form.querySelectorAll('output[data-sum]')) {
    const list = output.closest('[data-list]')
    const ending = `.${output.dataset.sum}`
    const inputs = [...list.querySelectorAll('input')].filter((one) => one.name.endsWith(ending))
    const total = inputs.reduce((cents, one) => cents + amount(one.value), 0)
    output.textContent = 'money' in output.dataset ? money(total) : plain(total)
    const { expected } = output.dataset
    if (expected) output.classList.toggle('is-off', Math.round(Number(expected) * 100) !== total)
  }
}

// --- one submit at a time -------------------------------------------------------------------

// The second half of a double click falls on what the first one brought there: “Togli” would take
// away the next row too.
function clickOnce(event) {
  if (event.detail < 2 || !event.target.closest?.('form[data-once] button')) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function submitOnce(event) {
  const form = event.target.closest('form[data-once]')
  if (!form || event.defaultPrevented) return
  if (form.dataset.sent !== undefined) {
    event.preventDefault()
    return
  }
  form.dataset.sent = ''
  form.setAttribute('aria-busy', 'true')
  // The name of the button must still travel, so it is only marked, never disabled.
  event.submitter?.setAttribute('aria-disabled', 'true')
  if (form.dataset.busy && event.submitter?.matches('.btn-primary')) {
    event.submitter.dataset.label = event.submitter.textContent
    event.submitter.textContent = form.dataset.busy
  }
}

// The browser may bring a page back as it was left.
function release() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent
    form.removeAttribute('aria-busy')
    for (const button of form.querySelectorAll('[aria-disabled]')) {
      button.removeAttribute('aria-disabled')
      if (button.dataset.label) button.textContent = button.dataset.label
    }
  }
}

// --- rows added and taken away --------------------------------------------------------------

// After an exchange the reader stands where the act left him: in the new row, or at its list.
function keepPlace() {
  let act = ''
  document.addEventListener('click', (event) => {
    act = event.target.closest?.('[name="_action"]')?.value ?? ''
  })
  document.addEventListener('htmx:after:swap', () => {
    refresh(document)
    const [verb, name] = act.split(':')
    const list = name && document.querySelector(`[data-list="${CSS.escape(name)}"]`)
    if (list && verb === 'add') {
      const rows = list.querySelectorAll(':scope > .c-cond')
      rows[rows.length - 1]?.querySelector('input:not([type=hidden]), select, textarea')?.focus()
    } else if (list && verb === 'remove') {
      list.focus()
    } else if (verb === 'remove_file') {
      document.querySelector(`input[type=file][name="${CSS.escape(name)}"]`)?.focus()
    }
    act = ''
  })
}
