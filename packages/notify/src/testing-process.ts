/** A process to be killed: makes mailboxes in a store and posts the events to a URL, both without an end. */
import { openStore } from '@lemonade/store'
import { startNotify } from './index.ts'

const [directory = '', url = ''] = process.argv.slice(2)
const store = await openStore(directory, { background: false })
const account =
  (await store.accounts.find('ned@example.org')) ?? (await store.accounts.add({ name: 'ned@example.org' }))
const limits = { firstRetryMilliseconds: 1, cursorMilliseconds: 5 }
await startNotify({ store, webhooks: [{ name: 'w', url, secret: 's' }], limits })
for (let i = 0; ; i++) await store.mailboxes.create(account.id, `${process.pid}-${i}`)
