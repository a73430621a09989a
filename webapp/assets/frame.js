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
  // A page that refuses something says so first.
  document.querySelector('[data-focus]')?.focus()
}
