// Amounts as officers type them, counted in cents so that sums are exact.
const italian = !document.documentElement.lang.startsWith('en')
const locale = italian ? 'it-IT' : 'en-GB'

export function amount(typed) {
  const bare = typed.replace(/[\s€]/g, '')
  const decimal = bare.lastIndexOf(',') > bare.lastIndexOf('.') ? ',' : '.'
  const group = decimal === ',' ? '.' : ','
  // A single point followed by three figures groups thousands in Italian: 1.234.
  const grouped = italian && /^-?\d{1,3}(\.\d{3})+$/.test(bare)
  const normal = grouped ? bare.replaceAll('.', '') : bare.replaceAll(group, '').replace(decimal, '.')
  const value = Number(normal)
  return normal === '' || Number.isNaN(value) ? 0 : Math.round(value * 100)
}

export function money(cents) {
  const currency = { style: 'currency', currency: 'EUR', useGrouping: 'always' }
  return new Intl.NumberFormat(locale, currency).format(cents / 100)
}

export function plain(cents) {
  return new Intl.NumberFormat(locale, { useGrouping: 'always' }).format(cents / 100)
}
