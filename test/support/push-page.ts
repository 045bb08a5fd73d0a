/** A page of mail with a service worker, on a server of its own, and the push service that it has subscribed at. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the service worker says of a push that it has decrypted. */
export interface Pushed {
  readonly said: Readonly<Record<string, unknown>>
  readonly notifications: readonly { readonly title: string; readonly data: string }[]
  /** Pages that were open then. */
  readonly clients: number
}

export interface PushPage {
  readonly origin: string
  readonly endpoint: string
  /** What the push service got, not yet handed to the browser; waits for it. */
  sealed(): Promise<Buffer>
  /** What the service worker has decrypted; waits for it. */
  pushed(): Promise<Pushed>
  stop(): void
}

const types = { html: 'text/html', js: 'text/javascript' } as const
const files = { '/': 'index.html', '/message.html': 'message.html', '/worker.js': 'worker.js' } as const

/** `messageOf` gives the text of a message by its Message-ID. */
export async function startPushPage(messageOf: (id: string) => Promise<string>): Promise<PushPage> {
  const [sealed, pushed] = [new Queue<Buffer>(), new Queue<Pushed>()]
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const file = files[url.pathname as keyof typeof files]
    if (file !== undefined) {
      const type = types[file.endsWith('.js') ? 'js' : 'html']
      const content = readFileSync(new URL(`push-page/${file}`, import.meta.url))
      response.writeHead(200, { 'content-type': type }).end(content)
    } else if (url.pathname === '/message') {
      response.end(await messageOf(url.searchParams.get('id') ?? ''))
    } else if (url.pathname === '/pushed') {
      pushed.add(JSON.parse((await bodyOf(request)).toString()))
      response.end()
    } else if (url.pathname === '/push/phone') {
      sealed.add(await bodyOf(request))
      response.writeHead(201).end()
    } else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    endpoint: `http://127.0.0.1:${port}/push/phone`,
    sealed: () => sealed.next(),
    pushed: () => pushed.next(),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** What comes, one after another; who asks before it is there waits. */
class Queue<T> {
  readonly #there: T[] = []
  readonly #waiting: ((value: T) => void)[] = []

  add(value: T): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#there.push(value)
    else next(value)
  }

  next(): Promise<T> {
    const value = this.#there.shift()
    if (value !== undefined) return Promise.resolve(value)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(() => reject(new Error('nothing came')), 60_000)
    this.#waiting.push(found => {
      clearTimeout(timer)
      resolve(found)
    })
    return promise
  }
}
