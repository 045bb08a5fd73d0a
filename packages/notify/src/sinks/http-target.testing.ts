/** An HTTP server of the tests' own that keeps what it is asked and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Told {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpTarget {
  readonly origin: string
  readonly asked: Asked[]
  /** How the next requests are answered, one after another; then with 204. */
  readonly answers: Told[]
}

export async function httpTarget(t: TestContext, ...answers: readonly Told[]): Promise<HttpTarget> {
  const target = { asked: [] as Asked[], answers: [...answers] }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    target.asked.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
    const { status, headers = {}, body } = target.answers.shift() ?? { status: 204 }
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { ...target, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
