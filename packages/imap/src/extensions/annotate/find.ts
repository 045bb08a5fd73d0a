/** ANNOTATION in SEARCH and SORT (RFC 5257 §4.8, §4.9). */
import { decodeText } from '@lemonade/mime'
import { type SearchKey, serverAccount } from '@lemonade/store'
import type { SearchParsing, SearchTerm, SortCriterion } from '../../extension.ts'
import { annotationEntry, entryMatch } from '../../grammar/annotation.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, No } from '../../problem.ts'
import type { Parser } from '../../wire/parser.ts'

/** search-key =/ "ANNOTATION" SP entry-match SP att-search SP value; NIL asks for messages without such a value. */
export function annotationKey(p: Parser, at: SearchParsing): SearchTerm {
  p.sp()
  const entry = entryMatch(p, at.parsing)
  p.sp()
  const of = side(p)
  p.sp()
  const octets = p.value()
  const value = octets === null ? '' : decodeText(octets, at.charset)
  if (value === null) throw new No('Unknown charset', 'BADCHARSET (UTF-8 US-ASCII)')
  return {
    program: ({ session }) => {
      const key: SearchKey = { key: 'annotation', entry, of, reader: session.account, value }
      return octets === null ? { key: 'not', of: key } : key
    },
  }
}

/** att-search = "value" / "value.priv" / "value.shared" */
function side(p: Parser): 'priv' | 'shared' | 'both' {
  switch (p.astring().toLowerCase()) {
    case 'value':
      return 'both'
    case 'value.priv':
      return 'priv'
    case 'value.shared':
      return 'shared'
    default:
      throw new Bad('Only values can be searched and sorted')
  }
}

/** sort-key =/ "ANNOTATION" SP entry SP att-sort; att-sort = "value.priv" / "value.shared" */
export function annotationSort(p: Parser, at: Parsing): SortCriterion {
  p.sp()
  const entry = annotationEntry(p, at)
  p.sp()
  const of = side(p)
  if (of === 'both') throw new Bad('Expected value.priv or value.shared')
  return session => ({
    by: 'annotation',
    annotation: { entry, reader: of === 'shared' ? serverAccount : session.account },
  })
}
