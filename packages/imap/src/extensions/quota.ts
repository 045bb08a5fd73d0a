/**
 * QUOTA, RFC 9208: what an account may use and what it uses. All mailboxes of an account share one quota root.
 *
 * - Usage is told to the account itself, to administrators, and to who may read a mailbox of the account (§6, §8).
 * - Limits are set by administrators alone; what is not limited is not listed.
 */
import type { AccountId, QuotaLimits } from '@lemonade/store'
import { accessTo, needRights, notPermitted, placeFor } from '../access.ts'
import { command, extension } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import { Bad, No } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** A quota root, which is an account's. */
interface Root {
  readonly name: string
  readonly account: AccountId
}

const prefix = '#user/'

/** Resources by their names (§5.1, §5.2), and how much of the store's numbers one of their units is. */
const resources = { STORAGE: { limits: 'octets', unit: 1024 }, MESSAGE: { limits: 'messages', unit: 1 } } as const

/** Limits above this are as good as none, and are told as this. */
const greatest = Number.MAX_SAFE_INTEGER

function rootOf(account: { readonly id: AccountId; readonly name: string }): Root {
  return { name: `${prefix}${account.name}`, account: account.id }
}

async function isAdministrator(session: Session): Promise<boolean> {
  const account = await session.store.accounts.get(session.account)
  return account?.administrator === true
}

/** The root of a name, of whatever account; null where there is none. */
async function rootNamed(session: Session, name: string): Promise<Root | null> {
  const account = name.startsWith(prefix) ? await session.store.accounts.find(name.slice(prefix.length)) : null
  return account && rootOf(account)
}

/** Whether the session may hear what an account uses. */
async function mayKnow(session: Session, { account }: Root): Promise<boolean> {
  if (account === session.account || (await isAdministrator(session))) return true
  const shared = await session.store.acl.shared(session.account)
  return shared.some(one => one.mailbox.account === account && one.rights.has('r'))
}

/** quota-response = "QUOTA" SP quota-root-name SP quota-list (§7) */
async function quotaResponse(session: Session, root: Root): Promise<Uint8Array> {
  const { limits, used } = await session.store.quotas.get(root.account)
  const list: string[] = []
  for (const [name, resource] of Object.entries(resources)) {
    const limit = limits[resource.limits]
    if (limit === null) continue
    const usage = Math.ceil(used[resource.limits] / resource.unit)
    list.push(`${name} ${usage} ${Math.floor(limit / resource.unit)}`)
  }
  return session.data(w => w.ascii('QUOTA ').astring(root.name).sp().words(list))
}

/** getquota = "GETQUOTA" SP quota-root-name */
export const getQuota = command({
  states: ['authenticated', 'selected'],
  parse: p => {
    p.sp()
    return p.astring()
  },
  async *run(session, name) {
    const root = await rootNamed(session, name)
    if (root === null || !(await mayKnow(session, root))) throw absent()
    yield await quotaResponse(session, root)
    return ok('GETQUOTA completed')
  },
})

function absent(): No {
  return new No('There is no such quota root', 'NONEXISTENT')
}

/** getquotaroot = "GETQUOTAROOT" SP mailbox */
export const getQuotaRoot = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    p.sp()
    return mailbox(p, at)
  },
  async *run(session, name) {
    const root = await rootFor(session, name)
    // quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)
    yield session.data(w => w.ascii('QUOTAROOT ').mailbox(name).sp().astring(root.name))
    yield await quotaResponse(session, root)
    return ok('GETQUOTAROOT completed')
  },
})

/** The root of a mailbox, or of one that could be made under that name (§4.1.2). Throws `No` without `r` (§6). */
async function rootFor(session: Session, name: string): Promise<Root> {
  const access = await accessTo(session, name)
  if (access !== null) {
    needRights(access, 'r')
    return rootOf({ id: access.mailbox.account, name: access.mailbox.owner })
  }
  const { account, superior } = await placeFor(session, name)
  if (superior !== null) needRights(superior, 'r')
  const owner = await session.store.accounts.get(account)
  if (owner === null) throw notPermitted()
  return rootOf(owner)
}

/** setquota-list = "(" [setquota-resource *(SP setquota-resource)] ")"; setquota-resource = resource-name SP resource-limit */
function setQuotaList(p: Parser): QuotaLimits {
  // What is not listed is not limited any more (§4.1.3).
  const limits = { octets: null as number | null, messages: null as number | null }
  const listed = new Set<string>()
  p.list(() => {
    const name = p.word()
    if (listed.has(name)) throw new Bad(`${name} stands twice`)
    listed.add(name)
    p.sp()
    const limit = p.number64()
    const resource = Object.entries(resources).find(([known]) => known === name)?.[1]
    if (resource === undefined) throw new No(`${name} cannot be limited`, 'CANNOT')
    limits[resource.limits] = Math.min(limit * resource.unit, greatest)
  })
  return limits
}

/** setquota = "SETQUOTA" SP quota-root-name SP setquota-list */
export const setQuota = command({
  states: ['authenticated', 'selected'],
  parse: p => {
    p.sp()
    const name = p.astring()
    p.sp()
    return { name, limits: setQuotaList(p) }
  },
  async *run(session, { name, limits }) {
    if (!(await isAdministrator(session))) throw notPermitted()
    const root = await rootNamed(session, name)
    if (root === null) throw absent()
    await session.store.quotas.set(root.account, limits)
    yield await quotaResponse(session, root)
    return ok('SETQUOTA completed')
  },
})

export const quota = extension({
  rfc: 9208,
  advertise: ['QUOTA', 'QUOTASET', ...Object.keys(resources).map(name => `QUOTA=RES-${name}`)],
  commands: { GETQUOTA: getQuota, GETQUOTAROOT: getQuotaRoot, SETQUOTA: setQuota },
  statusItems: {
    // What EXPUNGE would free, as the quota counts it (§4.1.4); DELETED came into the base with RFC 9051.
    'DELETED-STORAGE': { value: (_, __, counts) => counts.deletedOctets },
  },
})
