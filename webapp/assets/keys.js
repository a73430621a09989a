// In a list of work: J goes down, K goes up, the focused link opens as always.
const ROWS = '.c-worklist .wl-what a, .c-work h3 a'

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return
    const step = { j: 1, k: -1 }[event.key]
    const rows = step ? [...document.querySelectorAll(ROWS)] : []
    if (rows.length === 0) return
    const here = rows.indexOf(document.activeElement)
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step
    rows[next]?.focus()
  })
}

function isTyping(element) {
  return element.closest?.('input, textarea, select, [contenteditable], [tabindex="0"]')
}
