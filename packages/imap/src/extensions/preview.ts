/** PREVIEW, RFC 8970: the first words of messages, for a list of them. */
import { extension, type FetchItem } from '../extension.ts'
import type { Parser } from '../wire/parser.ts'

/** "PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"] (RFC 8970 §6) */
function previewItem(p: Parser): FetchItem {
  const start = p.at
  if (!p.trySpChar('(')) return eager
  if (!p.tryWord('LAZY')) {
    // These are the modifiers of FETCH itself (RFC 4466 §2.4).
    p.rewind(start)
    return eager
  }
  while (p.trySp()) if (!p.tryWord('LAZY')) p.expected('LAZY')
  p.char(')')
  return lazy
}

function item(isLazy: boolean): FetchItem {
  return {
    name: 'PREVIEW',
    needs: ['row'],
    async *stream(w, message, session) {
      const text = await session.store.contents.preview(message.row.content, isLazy)
      w.ascii('PREVIEW ').nstring(text)
      // Nothing that is not in `w` already.
      yield* []
    },
  }
}

const eager = item(false)
const lazy = item(true)

export const preview = extension({ rfc: 8970, advertise: 'PREVIEW', fetchItems: { PREVIEW: previewItem } })
