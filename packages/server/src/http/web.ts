/** The `web` listener, at port 80: challenges for certificates (RFC 8555 §8.3), and the way to https for all else. */
import { line, notFound, type Pages } from './page.ts'

export interface WebOptions {
  /** What a token's page says; null where there is none. */
  keyAuthorization(token: string): string | null
  /** Where https is; null where it is nowhere. */
  readonly httpsPort: number | null
  /** Names that have pages; nobody is sent to any other. */
  isOurs(host: string): Promise<boolean>
}

const challenge = '/.well-known/acme-challenge/'
const usualPort = 443

export function webPages({ keyAuthorization, httpsPort, isOurs }: WebOptions): Pages {
  return {
    [`${challenge}*`]: {
      method: 'GET',
      async answer({ path }) {
        const text = keyAuthorization(path.slice(challenge.length))
        return text === null ? notFound : { status: 200, type: 'application/octet-stream', text }
      },
    },
    '/*': {
      method: 'GET',
      async answer({ host, path, query }) {
        if (httpsPort === null || !(await isOurs(host))) return notFound
        const port = httpsPort === usualPort ? '' : `:${httpsPort}`
        const search = query.size === 0 ? '' : `?${query}`
        const location = `https://${host}${port}${path.replace(/^\/+/, '/')}${search}`
        return line(301, 'It is served by https.', { location })
      },
    },
  }
}
