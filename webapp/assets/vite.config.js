// Three entries without an index.html: the templates link what .vite/manifest.json names.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'

const DIST = resolve(import.meta.dirname, '../static/dist')
const COMPRESSED = /\.(js|css|svg)$/

// Another version of zlib packs the same bytes differently. A packed file whose content did not
// change is therefore written back as it was, and a rebuild equals what is committed.
function packOnce() {
  const before = new Map()
  return {
    name: 'pack-once',
    buildStart() {
      for (const file of files(DIST)) {
        if (file.endsWith('.gz')) before.set(file, readFileSync(file))
      }
    },
    closeBundle() {
      for (const file of files(DIST)) {
        if (!COMPRESSED.test(file)) continue
        const content = readFileSync(file)
        const known = before.get(`${file}.gz`)
        const same = known && gunzipSync(known).equals(content)
        writeFileSync(`${file}.gz`, same ? known : gzipSync(content, { level: 9 }))
      }
    },
  }
}

function files(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

// Each package whose code or artwork is shipped, with the text of its licence.
function notices() {
  const shipped = new Set(['bootstrap-italia'])
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        for (const module of Object.keys(chunk.modules ?? {})) {
          const found = module.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)
          if (found) shipped.add(found[1])
        }
      }
      const parts = [...shipped].sort().map(notice)
      parts.push(readFileSync(resolve(import.meta.dirname, 'fonts-notice.txt'), 'utf8'))
      this.emitFile({ type: 'asset', fileName: 'NOTICES.txt', source: parts.join(`\n${'-'.repeat(78)}\n\n`) })
    },
  }
}

function notice(name) {
  const folder = resolve(import.meta.dirname, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  const words = file ? readFileSync(join(folder, file), 'utf8') : `Licence: ${license}`
  return `${name} ${version} (${license ?? 'see below'})\n\n${words.replace(/\r/g, '').trim()}\n`
}

export default defineConfig({
  base: './', // addresses of fonts stay relative to the style sheet
  publicDir: false,
  plugins: [notices(), packOnce()],
  build: {
    outDir: DIST,
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // fonts and signs stay files, as the content security policy wants
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: {
        app: resolve(import.meta.dirname, 'app.js'),
        diagram: resolve(import.meta.dirname, 'diagram.js'),
        map: resolve(import.meta.dirname, 'map.js'),
      },
    },
  },
})
