/** The keys of Web Push (RFC 8292 §2): made once, kept in `DATA/push-keys.json`, told to every mail program. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { areVapidKeys, makeVapidKeys, type VapidKeys } from '@lemonade/notify'
import { type Store, serverAccount } from '@lemonade/store'
import { writeAtomically } from './files.ts'
import { systemSentence, UserError } from './problem.ts'

/** The entry of the server's metadata that holds the public key, which a device needs to subscribe (RFC 8292 §4.1). */
const entry = '/shared/vendor/lemonade/notify/webpush-key'

/**
 * Reads the pair, or makes it where there is none yet. Throws a sentence for a file that holds none: another pair would
 * reach no device that has subscribed.
 */
export function pushKeys(data: string): VapidKeys {
  const file = join(data, 'push-keys.json')
  const text = textOf(file)
  if (text === null) {
    const made = makeVapidKeys()
    writeAtomically(file, `${JSON.stringify(made)}\n`, 0o600)
    return made
  }
  const kept = keysIn(text)
  if (kept === null || !areVapidKeys(kept)) {
    throw new UserError(
      `${file} holds no keys for Web Push. Put back a copy of it; or delete it, and all devices must subscribe anew.`,
    )
  }
  return kept
}

/** Says the public key to everybody. */
export async function publishPushKey(store: Store, { publicKey }: VapidKeys): Promise<void> {
  await store.metadata.set({ mailbox: null, account: serverAccount }, [{ name: entry, value: Buffer.from(publicKey) }])
}

/** Null where there is no file. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new UserError(`${file} cannot be read. ${systemSentence(error) ?? String(error)}`)
  }
}

function keysIn(text: string): VapidKeys | null {
  try {
    const { publicKey, privateKey } = JSON.parse(text) as Partial<VapidKeys>
    return typeof publicKey === 'string' && typeof privateKey === 'string' ? { publicKey, privateKey } : null
  } catch {
    return null
  }
}
