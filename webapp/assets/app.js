// What scripts add to pages that work without them. Every listener sits on the document, so that
// parts exchanged by htmx need no binding of their own.
import 'bootstrap-italia/dist/css/bootstrap-italia.min.css'
import './styles/fonts.css'
import './styles/concerto.css'
import 'bootstrap-italia/dist/svg/sprites.svg?url'
import './concerto-icons.svg?url'
import './favicon.svg?url'
import 'htmx.org'

import { startAutosave } from './autosave.js'
import { startForms } from './forms.js'
import { startFrame } from './frame.js'
import { startKeys } from './keys.js'

startForms()
startAutosave()
startFrame()
startKeys()

// Tests and impatient readers wait for this before the first click.
document.documentElement.dataset.ready = ''
