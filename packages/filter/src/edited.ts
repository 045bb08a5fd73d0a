/** Messages as scripts have edited them, as content: what they wrote, and ranges of the message as it came in. */
import type { PreparedContent, Store } from '@lemonade/store'
import type { EditedMessage } from 'sieve.js'

/**
 * The content of an edited message, by rope: no octet of the message is copied. `content` stays as it is, and must stay
 * until this one is stored or discarded. Throws StoreError.
 */
export function editedContent(
  store: Store,
  content: PreparedContent,
  { pieces, octets }: EditedMessage,
): Promise<PreparedContent> {
  return store.contents.compose(
    pieces.map(piece => (piece instanceof Uint8Array ? piece : { prepared: content, ...piece })),
    { limitOctets: octets },
  )
}
