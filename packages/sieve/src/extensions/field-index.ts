/** :index and :last on header, address and date (RFC 5260 §6). */
import { extension } from '../extension.ts'
import { number } from '../signature.ts'

const on = ['header', 'address', 'date']

export const fieldIndex = extension({
  capabilities: ['index'],
  rfc: 5260,
  tags: [
    {
      tag: 'index',
      argument: number('index', { check: value => (value > 0 ? null : 'Fields are counted from 1.') }),
      on,
    },
    { tag: 'last', needs: 'index', on },
  ],
  fields(fields, given) {
    if (!given.has('index')) return fields
    const index = given.number('index')
    const field = given.has('last') ? fields[fields.length - index] : fields[index - 1]
    return field === undefined ? [] : [field]
  },
})
