/** extlists (RFC 6134): lists that are kept elsewhere. :list as a match type, and on redirect; valid_ext_list. */
import { sieveAddressOf } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { Later, type Match } from '../match.ts'
import { strings } from '../signature.ts'

const nameCharacters = 1000

/**
 * A list's name as an absolute URI: ":" stands for "urn:ietf:params:sieve:", what is encoded without need is decoded, and
 * what compares without regard to case is in lower case (RFC 6134 §2.5). Null for what is no such name.
 */
export function listName(text: string): string | null {
  const uri = text.startsWith(':') ? `urn:ietf:params:sieve${text}` : text
  if (uri.length > nameCharacters || !/^[A-Za-z][A-Za-z0-9+.-]*:(?:[!$&-;=?-Z_a-z~[\]@]|%[0-9A-Fa-f]{2})+$/.test(uri))
    return null
  const decoded = uri.replace(/%[0-9A-Fa-f]{2}/g, pair => {
    const character = String.fromCharCode(Number.parseInt(pair.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : pair.toUpperCase()
  })
  const [, book = null] = /^urn:ietf:params:sieve:addrbook:([^?]*)$/i.exec(decoded) ?? []
  if (book !== null) return `urn:ietf:params:sieve:addrbook:${/^default$/i.test(book) ? 'default' : book}`
  return decoded.replace(/^(?:urn:[^:]*|[^:]*):/, scheme => scheme.toLowerCase())
}

const judgeList = (text: string) =>
  listName(text) === null ? 'The name of a list is a URI, such as ":addrbook:default".' : null

/** What is known of memberships in this run. */
const memberships = { initial: () => new Map<string, string | null>() }

function matches({ values, keys, captured, machine }: Match): boolean {
  const known = machine.state(memberships)
  for (const key of keys) {
    const list = listName(key) ?? machine.fail(`"${key.slice(0, 60)}" is no name of a list.`)
    for (const value of values.map(each => each.trim())) {
      machine.charge(10)
      machine.chargeCharacters(value.length)
      const question = JSON.stringify([list, value])
      const found = known.get(question)
      if (found === undefined) {
        throw new Later({ ask: 'list-member', list, value }, answer => {
          const isAnswer = typeof answer === 'string' || answer === null
          known.set(question, isAnswer ? answer : machine.fail(`The list "${key.slice(0, 60)}" cannot be asked.`))
        })
      }
      if (found !== null) {
        captured?.([found])
        return true
      }
    }
  }
  return false
}

function* valid(given: Arguments, machine: Machine): Asking<boolean> {
  for (const name of given.texts('lists')) {
    machine.charge(10)
    const list = listName(name)
    if (list === null) return false
    const answer = yield { ask: 'list-exists', list }
    if (typeof answer !== 'boolean') machine.fail('The host does not say which lists there are.')
    if (!answer) return false
  }
  return true
}

/** To all of its members, as far as the host can enumerate them (RFC 6134 §2.3). */
function* redirect(given: Arguments, machine: Machine): Asking<void> {
  const name = given.text('address')
  const list = listName(name) ?? machine.fail(`"${name.slice(0, 60)}" is no name of a list.`)
  const addresses = yield { ask: 'list-addresses', list }
  if (!Array.isArray(addresses)) machine.fail(`No message can be sent to the list "${name.slice(0, 60)}".`)
  if (addresses.length > machine.limits.listRedirects) {
    machine.fail(`The list "${name.slice(0, 60)}" has more than ${machine.limits.listRedirects} members.`)
  }
  for (const each of addresses) {
    const address =
      sieveAddressOf(String(each)) ?? machine.fail(`The list "${name.slice(0, 60)}" holds what is no address.`)
    yield* machine.act({ do: 'redirect', address, list }, given, true)
  }
}

export const extlists = extension({
  capabilities: ['extlists'],
  rfc: 6134,
  matchTypes: { list: { needs: 'nothing', matches } },
  tags: [{ tag: 'list', on: ['redirect'], instead: { argument: 'address', check: judgeList, run: redirect } }],
  tests: { valid_ext_list: { positionals: [strings('lists')], run: valid } },
})
