/**
 * The management of notifications by HTTP, for programs that speak no IMAP: a user's devices and what they are to be woken
 * for, under /api/v1/notify/, with the password of the account or an app password as basic authentication. It reads and
 * writes the same metadata as IMAP does.
 *
 *     GET                 /api/v1/notify                                  what a device must know to register
 *     GET                 /api/v1/notify/devices
 *     GET, PUT, DELETE    /api/v1/notify/devices/KIND/NAME                 PUT: where the device is, as its kind has it
 *     POST                /api/v1/notify/devices/KIND/NAME/validate        what it was told to echo
 *     POST                /api/v1/notify/devices/KIND/NAME/test
 *     GET, PUT, DELETE    /api/v1/notify/preferences[/KIND/NAME]           JSON
 */
import { type Auth, AuthError } from '@lemonade/auth'
import { isDeviceName, notifyEntryProblem, notifyFolder, preferencesIn } from '@lemonade/notify'
import { type Account, type Device, type Store, StoreError } from '@lemonade/store'
import { testWakeUp } from '../notify/test-wake-up.ts'
import { type Answer, line, notFound, type PageRequest, type Pages } from './page.ts'

export interface NotifyApiOptions {
  readonly store: Store
  readonly auth: Pick<Auth, 'login'>
  /** Of Web Push (RFC 8292 §3.2). */
  readonly publicKey: string
  readonly now: () => number
}

const root = '/api/v1/notify'

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

interface Call {
  readonly method: Method
  readonly account: Account
  readonly store: Store
  readonly body: Uint8Array
}

export function notifyPages(options: NotifyApiOptions): Pages {
  const page = (method: Method) => ({ method, answer: (request: PageRequest) => answer(options, method, request) })
  const all = (['GET', 'PUT', 'POST', 'DELETE'] as const).map(page)
  return { [root]: [page('GET')], [`${root}/*`]: all }
}

async function answer(options: NotifyApiOptions, method: Method, request: PageRequest): Promise<Answer> {
  const [name, password] = credentials(request) ?? []
  if (name === undefined || password === undefined) return unauthorized
  try {
    const channel = { secure: true, loopback: false, remote: request.remote }
    const { account } = await options.auth.login(name, password, channel)
    const store = options.store.by({ service: 'http', user: account.name, clientIP: request.remote })
    return await route(options, pathOf(request), { method, account, store, body: request.body })
  } catch (error) {
    return refusal(error)
  }
}

/** Basic credentials (RFC 7617 §2). */
function credentials({ headers }: PageRequest): readonly [string, string] | null {
  const [, token] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '') ?? []
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(token ?? '', 'base64').toString()) ?? []
  return name === undefined || password === undefined ? null : [name, password]
}

const unauthorized = line(401, 'say who you are', { 'www-authenticate': 'Basic realm="Lemonade", charset="UTF-8"' })

function refusal(error: unknown): Answer {
  if (error instanceof AuthError) return error.reason === 'throttled' ? line(429, 'try again later') : unauthorized
  if (!(error instanceof StoreError)) throw error
  switch (error.problem) {
    case 'no-such-device':
      return notFound
    case 'wrong-echo':
      return line(403, 'that is not what the device was asked to echo, or it came too late')
    case 'too-many-entries':
    case 'over-quota':
      return line(409, 'there are as many as there may be')
    case 'entry-too-big':
      return line(413, 'too long')
    default:
      throw error
  }
}

/** What stands behind the root, decoded; empty parts are none. */
function pathOf({ path }: PageRequest): readonly string[] | null {
  try {
    return path.slice(root.length).split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return null
  }
}

async function route(options: NotifyApiOptions, path: readonly string[] | null, call: Call): Promise<Answer> {
  const [what, kind, name, more, ...rest] = path ?? ['none']
  if (rest.length > 0) return notFound
  if (what === undefined) return json({ webPushKey: options.publicKey })
  if (what === 'devices' && kind === undefined) return call.method === 'GET' ? devices(call) : notAllowed('GET')
  const isNamed = isDeviceName(`${kind}/${name}`)
  if (what === 'devices' && isNamed && more === undefined) return device(call, `${kind}/${name}`.toLowerCase())
  if (what === 'devices' && isNamed && call.method !== 'POST') return notAllowed('POST')
  if (what === 'devices' && isNamed && more === 'validate') {
    await call.store.devices.confirm(call.account.id, `${kind}/${name}`, trimmed(call.body))
    return json({ state: 'ready' })
  }
  if (what === 'devices' && isNamed && more === 'test') return test(options, call, `${kind}/${name}`)
  if (what !== 'preferences' || more !== undefined) return notFound
  if (kind === undefined) return preferences(call, 'preferences')
  return isNamed ? preferences(call, `preferences/${kind}/${name}`.toLowerCase()) : notFound
}

function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', text: `${JSON.stringify(value)}\n` }
}

const notAllowed = (allow: string) => line(405, allow, { allow })

function trimmed(body: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(body).toString().trim())
}

async function devices({ store, account }: Call): Promise<Answer> {
  return json({ devices: (await store.devices.of(account.id)).map(shown) })
}

/** What a user is told of a device. */
export function shown({ name, state, problem, registeredAt, wokenAt, waiting, pending }: Device) {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())
  return {
    device: name,
    ...{ state, problem, registered: time(registeredAt), woken: time(wokenAt), waiting },
    pending: pending !== null,
  }
}

async function device({ method, store, account, body }: Call, name: string): Promise<Answer> {
  const set = (value: Uint8Array | null) =>
    store.metadata.set({ mailbox: null, account: account.id }, [{ name: `${notifyFolder}/${name}`, value }])
  const found = await store.devices.get(account.id, name)
  switch (method) {
    case 'GET':
      return found === null ? notFound : json(shown(found))
    case 'PUT': {
      const problem = notifyEntryProblem(name, body)
      if (problem !== null) return line(400, problem)
      await set(body)
      const made = await store.devices.get(account.id, name)
      return made === null ? notFound : json(shown(made), found === null ? 201 : 200)
    }
    case 'DELETE':
      if (found === null) return notFound
      await set(null)
      return json({ device: name, state: 'removed' })
    default:
      return notAllowed('GET, HEAD, PUT, DELETE')
  }
}

async function test({ now }: NotifyApiOptions, { store, account }: Call, name: string): Promise<Answer> {
  const found = await store.devices.get(account.id, name)
  if (found === null) return notFound
  if (found.state !== 'ready') return line(409, 'the device is not in use yet')
  await testWakeUp(store, found, now())
  return json({ device: found.name, state: 'is being woken' }, 202)
}

async function preferences({ method, store, account, body }: Call, name: string): Promise<Answer> {
  const of = { mailbox: null, account: account.id }
  const entry = `${notifyFolder}/${name}`
  switch (method) {
    case 'GET': {
      const value = await store.metadata.get(of, entry)
      return value === null ? json({}) : { status: 200, type: 'application/json', text: Buffer.from(value).toString() }
    }
    case 'PUT': {
      const problem = notifyEntryProblem(name, body)
      if (problem !== null) return line(400, problem)
      await store.metadata.set(of, [{ name: entry, value: body }])
      return json(preferencesIn(body))
    }
    case 'DELETE':
      await store.metadata.set(of, [{ name: entry, value: null }])
      return json({})
    default:
      return notAllowed('GET, HEAD, PUT, DELETE')
  }
}
