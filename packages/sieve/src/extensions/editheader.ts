/** addheader and deleteheader (RFC 5293). What they change is the message of every test and act behind them. */
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import { fieldOf, isFieldName, withField, withFields } from '../header-edit.ts'
import type { Machine } from '../machine.ts'
import { number, string, strings } from '../signature.ts'

/** Fields that no script takes away: how the message came, and what `replace` keeps (§6, RFC 5703 §5). */
const kept = new Set(['received', 'auto-submitted', 'original-subject', 'original-from'])

/** Of a header that is read anew, for the budget. */
const charactersPerOctet = 8

function judgeName(name: string): string | null {
  return isFieldName(name) ? null : 'This is no name of a header field.'
}

function nameOf(given: Arguments, machine: Machine): string {
  const name = given.text('fieldName')
  const sentence = judgeName(name)
  return sentence === null ? name : machine.fail(sentence)
}

function add(given: Arguments, machine: Machine): void {
  const field = fieldOf(nameOf(given, machine), given.text('value'))
  if (field === null) machine.fail('The value of a header field must not hold control characters or invalid UTF-8.')
  const { edition } = machine
  machine.chargeCharacters(charactersPerOctet * edition.header.length)
  machine.edit(edition.withHeader(withField(edition.header, field, given.has('last'))), field.length)
}

function remove(given: Arguments, machine: Machine): void {
  const name = nameOf(given, machine).toLowerCase()
  if (kept.has(name)) return
  const { edition } = machine
  machine.chargeCharacters(charactersPerOctet * edition.header.length)
  const fields = edition.fields.filter(({ nameLower }) => nameLower.trimEnd() === name)
  const values = given.has('valuePatterns') ? machine.message.header(name) : []
  const gone = new Set(chosen(fields, values, given, machine).map(({ start }) => start))
  if (gone.size === 0) return
  const header = withFields(edition.header, ({ start }) => (gone.has(start) ? null : undefined), edition.fields)
  machine.edit(edition.withHeader(header), 0)
}

/** The fields of one name that go: one by its number or all, as far as their values match. */
function chosen<F>(fields: readonly F[], values: readonly string[], given: Arguments, machine: Machine): readonly F[] {
  const index = given.has('index') ? given.number('index') : null
  const only = index === null ? null : given.has('last') ? fields.length - index : index - 1
  return fields.filter((_, at) => {
    if (only !== null && at !== only) return false
    if (!given.has('valuePatterns')) return true
    machine.charge(1)
    // No test, so it leaves match variables alone (RFC 5229 §3.2).
    return machine.matches(given, [values[at] ?? ''], given.texts('valuePatterns'), { captures: false })
  })
}

const fieldName = string('fieldName', { check: judgeName })

export const editheader = extension({
  capabilities: ['editheader'],
  rfc: 5293,
  commands: {
    addheader: {
      tags: [{ tag: 'last' }],
      positionals: [fieldName, string('value')],
      run: add,
    },
    deleteheader: {
      matching: true,
      tags: [
        {
          tag: 'index',
          argument: number('index', { check: value => (value > 0 ? null : 'Fields are counted from 1.') }),
        },
        { tag: 'last', needs: 'index' },
      ],
      positionals: [fieldName, strings('valuePatterns', { optional: true })],
      run: remove,
    },
  },
})
