// Menus made of <details>: they close when the reader goes on elsewhere.
const MENUS = 'details.c-menu, details.c-user'

export function startFrame() {
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll(`:is(${MENUS})[open]`)) {
      if (!menu.contains(event.target)) menu.open = false
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const menu = document.activeElement?.closest(MENUS)
    if (menu?.open) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
  })
  // On a phone the tabs are wider than the page: the present one is in sight.
  for (const tab of document.querySelectorAll('.c-tabs [aria-current]')) {
    const bar = tab.closest('.c-tabs')
    const middle = tab.getBoundingClientRect().left - bar.getBoundingClientRect().left
    bar.scrollLeft += middle - (bar.clientWidth - tab.offsetWidth) / 2
  }
  // A page that refuses something says so first.
  document.querySelector('[data-focus]')?.focus()
}
