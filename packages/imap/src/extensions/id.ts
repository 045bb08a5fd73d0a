/** ID, RFC 2971: client and server say what they are, for people and for statistics. */
import { command, extension } from '../extension.ts'
import { Bad } from '../problem.ts'
import { ok } from '../response.ts'
import type { Parser } from '../wire/parser.ts'

/** RFC 2971 §3.3. */
const limits = { fields: 30, nameOctets: 30, valueOctets: 1024 } as const

type Fields = ReadonlyMap<string, string | null>

/** id_params_list = "(" #(string SPACE nstring) ")" / nil */
function fields(p: Parser): Fields {
  const found = new Map<string, string | null>()
  if (p.tryWord('NIL')) return found
  p.list(() => {
    const name = p.string()
    p.sp()
    const value = p.nstring()
    if (Buffer.byteLength(name) > limits.nameOctets) throw new Bad('A field name is too long')
    if (value !== null && Buffer.byteLength(value) > limits.valueOctets) throw new Bad('A field value is too long')
    if (found.has(name.toLowerCase())) throw new Bad('A field is given twice')
    found.set(name.toLowerCase(), value)
    if (found.size > limits.fields) throw new Bad('Too many fields')
  })
  return found
}

export const idCommand = command({
  states: ['not-authenticated', 'authenticated', 'selected'],
  parse: p => {
    p.sp()
    return fields(p)
  },
  async *run(session, client) {
    if (client.size > 0) session.log.info({ client: Object.fromEntries(client) }, 'The client named itself')
    yield session.data(w =>
      w.ascii('ID (').string('name').sp().string('Lemonade').sp().string('vendor').sp().string('Lemonade').close(),
    )
    return ok('ID completed')
  },
})

export const id = extension({ rfc: 2971, advertise: 'ID', commands: { ID: idCommand } })
