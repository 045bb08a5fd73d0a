/** imapflow as the tests' own pair of eyes: a client that somebody else wrote. */
import { EventEmitter, once } from 'node:events'
import { ImapFlow, type SearchObject } from 'imapflow'
import type { TestServer } from './server.ts'

/** Connected by implicit TLS and logged in. The local authority is known by its file, so the certificate is checked. */
export async function imapClient(server: TestServer, user: string, password: string): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: 'localhost',
    port: server.port('imaps'),
    secure: true,
    tls: { ca: server.authorityPem() },
    auth: { user, pass: password },
    logger: false,
  })
  await client.connect()
  return client
}

/** Resolves with the UID once INBOX holds a message with this subject; waits for EXISTS, not for time. */
export async function arrived(server: TestServer, user: string, password: string, subject: string): Promise<number> {
  const client = await imapClient(server, user, password)
  const news = new EventEmitter()
  client.on('exists', () => news.emit('news'))
  client.on('close', () => news.emit('error', new Error(`the connection closed before "${subject}" arrived`)))
  news.on('error', () => undefined)
  try {
    await client.mailboxOpen('INBOX')
    for (;;) {
      // Listening begins before the search, so that what comes between the two is not missed.
      const more = once(news, 'news')
      more.catch(() => undefined)
      const [uid] = await uidsOf(client, { subject })
      if (uid !== undefined) return uid
      client.idle().catch(() => undefined)
      await more
    }
  } finally {
    client.close()
  }
}

/** STATUS MESSAGES of a mailbox. */
export async function messagesIn(client: ImapFlow, mailbox: string): Promise<number> {
  const status = await client.status(mailbox, { messages: true })
  return status ? (status.messages ?? 0) : 0
}

/** UIDs that match, in the selected mailbox. */
export async function uidsOf(client: ImapFlow, query: SearchObject): Promise<readonly number[]> {
  return (await client.search(query, { uid: true })) || []
}
