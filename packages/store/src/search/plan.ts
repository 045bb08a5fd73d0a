/**
 * A search program as SQL and a rest: what columns can answer is asked of them, what needs text is left to be verified.
 *
 * - `where` lets through every message that can match. Without a `residue` it is exact.
 * - Inside the residue, whatever columns can answer is a column of the row, so that it is tested first and costs nothing.
 * - Every parameter is bound; the text of the SQL depends only on the shape of the program.
 */
import type { Value } from '../connection.ts'
import type { FlagSetId, Instant, UidRanges } from '../model.ts'
import { numberOf } from '../objectid.ts'
import { StoreError } from '../problem.ts'
import { allUids, intersect } from '../uid-ranges.ts'
import { widened } from './fuzzy.ts'
import type { Day, DayRelation, SearchKey } from './program.ts'
import { fieldStart, needleOf, type TextKey } from './text.ts'

export interface SearchLimits {
  /** Nesting of AND, OR and NOT. */
  readonly depth: number
  /** Keys in all. */
  readonly keys: number
  /** Code units of a string that is looked for, collated. Long texts are cut with an overlap of as many. */
  readonly needleCharacters: number
}

export const searchLimits: SearchLimits = { depth: 100, keys: 1000, needleCharacters: 1024 }

/** What the planner must know of the mailbox. */
export interface PlanFacts {
  /** Flag sets in use in the mailbox. */
  readonly flagSets: readonly FlagSetId[]
  hasFlag(set: FlagSetId, flag: string): boolean
}

/** A condition over the row `m` of `messages`. */
export interface Condition {
  readonly sql: string
  readonly parameters: readonly Value[]
}

export interface Plan {
  readonly where: Condition
  /** No UID outside of these matches; `where` and `residue` say nothing of that. */
  readonly within: UidRanges
  readonly residue: Residue | null
  /** Conditions that the residue speaks of by their index. */
  readonly columns: readonly Condition[]
  /** Keys that the residue speaks of by their index. */
  readonly texts: readonly TextKey[]
}

export type Residue =
  | { readonly kind: 'column'; readonly index: number }
  | { readonly kind: 'uids'; readonly uids: UidRanges }
  | { readonly kind: 'text'; readonly index: number }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Residue[] }
  | { readonly kind: 'not'; readonly of: Residue }

/** Answered by columns alone, or with something in it that they cannot answer. */
type Node = { readonly condition: Condition } | { readonly tree: Tree }
type Tree =
  | { readonly kind: 'text'; readonly key: TextKey }
  | { readonly kind: 'uids'; readonly uids: UidRanges }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Node[] }
  | { readonly kind: 'not'; readonly of: Node }

/** The reader of annotations that are everybody's. */
const everybody = 0

const always: Condition = { sql: '1', parameters: [] }
const never: Condition = { sql: '0', parameters: [] }

/** Plans a program. Throws too-big where it is over a limit. */
export function plan(program: SearchKey, facts: PlanFacts, limits: SearchLimits = searchLimits): Plan {
  boundProgram(program, limits)
  const { within, rest } = outermost(program)
  const node = nodeOf(rest, facts)
  if ('condition' in node) return { where: node.condition, within, residue: null, columns: [], texts: [] }
  const columns: Condition[] = []
  const texts: TextKey[] = []
  const conjuncts = node.tree.kind === 'and' ? node.tree.of : [node]
  const trees = conjuncts.flatMap(each => ('tree' in each ? [each.tree] : []))
  return {
    where: all(conjuncts.flatMap(each => ('condition' in each ? [each.condition] : []))),
    within,
    residue: group(
      'and',
      trees.map(tree => residueOf({ tree }, columns, texts)),
    ),
    columns,
    texts,
  }
}

/** The UIDs that the outermost keys of a program leave, and what else it asks. */
export function outermost(program: SearchKey): { readonly within: UidRanges; readonly rest: SearchKey } {
  if (program.key === 'uids') return { within: program.uids, rest: { key: 'all' } }
  if (program.key !== 'and') return { within: allUids, rest: program }
  const parts = program.of.map(outermost)
  return {
    within: parts.reduce((common, { within }) => intersect(common, within), allUids),
    rest: { key: 'and', of: parts.map(({ rest }) => rest) },
  }
}

/** Throws too-big where a program is over a limit; answers how many keys it has. */
export function boundProgram(program: SearchKey, limits: SearchLimits = searchLimits): number {
  let keys = 0
  const visit = (key: SearchKey, depth: number): void => {
    if ('value' in key && needleOf(key.value).collated.length > limits.needleCharacters) {
      throw new StoreError('too-big', 'the string to look for is too long')
    }
    if (++keys > limits.keys) throw new StoreError('too-big', 'too many search keys')
    if (depth > limits.depth) throw new StoreError('too-big', 'search keys nest too deeply')
    if (key.key === 'not') visit(key.of, depth + 1)
    else if (key.key === 'fuzzy') visit(widened(key.of), depth)
    else if (key.key === 'and' || key.key === 'or') for (const each of key.of) visit(each, depth + 1)
  }
  visit(program, 1)
  return keys
}

function nodeOf(key: SearchKey, facts: PlanFacts): Node {
  switch (key.key) {
    case 'and':
    case 'or':
      return combined(
        key.key,
        key.of.map(each => nodeOf(each, facts)),
      )
    case 'not': {
      const inner = nodeOf(key.of, facts)
      return 'condition' in inner ? { condition: negated(inner.condition) } : { tree: { kind: 'not', of: inner } }
    }
    case 'fuzzy':
      return nodeOf(widened(key.of), facts)
    case 'uids':
      return withinRanges(key.uids)
    case 'header': {
      const needle = needleOf(key.value)
      return { tree: { kind: 'text', key: { in: 'header', name: key.field, field: fieldStart(key.field), needle } } }
    }
    case 'body':
    case 'text': {
      const needle = needleOf(key.value)
      // Whatever text there is contains the empty string, and none contains it too.
      return needle.octets.length === 0
        ? { condition: always }
        : { tree: { kind: 'text', key: { in: key.key, needle } } }
    }
    default:
      return { condition: conditionOf(key, facts) }
  }
}

type ColumnKey = Exclude<SearchKey, { key: 'and' | 'or' | 'not' | 'fuzzy' | 'uids' | 'header' | 'body' | 'text' }>

function conditionOf(key: ColumnKey, facts: PlanFacts): Condition {
  switch (key.key) {
    case 'all':
      return always
    case 'flag':
      return withinFlagSets(
        facts.flagSets.filter(set => facts.hasFlag(set, key.flag)),
        facts.flagSets.length,
      )
    case 'internal-date':
      return onDays('m.internal_date', key.is, dayStart(key.day), dayStart(key.day + 1))
    case 'arrival':
      return { sql: `m.internal_date ${key.is === 'before' ? '<' : '>='} ?`, parameters: [key.at] }
    case 'save-date':
      return onDays('m.save_date', key.is, dayStart(key.day), dayStart(key.day + 1))
    case 'sent-date': {
      const { sql, parameters } = onDays('c.sent_day', key.is, key.day, key.day + 1)
      return { sql: `EXISTS (SELECT 1 FROM contents c WHERE c.id = m.content_id AND ${sql})`, parameters }
    }
    case 'larger':
      return { sql: 'm.octets > ?', parameters: [key.octets] }
    case 'smaller':
      return { sql: 'm.octets < ?', parameters: [key.octets] }
    case 'annotation': {
      const shared = key.of === 'priv' ? key.reader : everybody
      const own = key.of === 'shared' ? everybody : key.reader
      const { collated } = needleOf(key.value)
      return {
        sql: `EXISTS (SELECT 1 FROM annotations a WHERE a.mailbox_id = m.mailbox_id AND a.uid = m.uid
          AND a.reader_id IN (?, ?) AND a.value IS NOT NULL AND entry_matches(?, a.entry)
          AND (? = '' OR instr(a.collated, ?) > 0))`,
        parameters: [shared, own, key.entry, collated, collated],
      }
    }
    case 'mod-seq':
      return { sql: 'm.modseq >= ?', parameters: [key.modSeq] }
    case 'email-id':
      return equals('m.content_id', numberOf('M', key.id))
    case 'thread-id':
      return equals('m.thread', numberOf('T', key.id))
  }
}

/** More ranges than this are looked through by bisection, outside SQL. */
const mostRanges = 16

function withinRanges(uids: UidRanges): Node {
  const [first] = uids
  const last = uids.at(-1)
  if (first === undefined || last === undefined) return { condition: never }
  if (uids.length <= mostRanges) return { condition: any(uids.map(range => between(range.first, range.last))) }
  return combined('and', [{ condition: between(first.first, last.last) }, { tree: { kind: 'uids', uids } }])
}

function between(first: number, last: number): Condition {
  return { sql: '(m.uid BETWEEN ? AND ?)', parameters: [first, last] }
}

function withinFlagSets(sets: readonly FlagSetId[], inUse: number): Condition {
  if (sets.length === 0) return never
  if (sets.length === inUse) return always
  return { sql: 'm.flag_set IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(sets)] }
}

function onDays(column: string, is: DayRelation, start: number, end: number): Condition {
  switch (is) {
    case 'before':
      return { sql: `${column} < ?`, parameters: [start] }
    case 'on':
      return { sql: `(${column} >= ? AND ${column} < ?)`, parameters: [start, end] }
    case 'since':
      return { sql: `${column} >= ?`, parameters: [start] }
  }
}

function dayStart(day: Day): Instant {
  return day * 86_400_000
}

function equals(column: string, value: number | null): Condition {
  return value === null ? never : { sql: `${column} = ?`, parameters: [value] }
}

/** AND or OR of nodes: nested ones of the same kind become one, and what columns answer becomes one condition. */
function combined(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  const flat = nodes.flatMap(node => ('tree' in node && node.tree.kind === kind ? node.tree.of : [node]))
  const condition = (kind === 'and' ? all : any)(flat.flatMap(node => ('condition' in node ? [node.condition] : [])))
  const trees = flat.filter(node => 'tree' in node)
  if (trees.length === 0 || condition === (kind === 'and' ? never : always)) return { condition }
  if (condition !== (kind === 'and' ? always : never)) return { tree: { kind, of: [{ condition }, ...trees] } }
  return trees.length === 1 ? (trees[0] as Node) : { tree: { kind, of: trees } }
}

function all(conditions: readonly Condition[]): Condition {
  return conditions.includes(never)
    ? never
    : joined(
        conditions.filter(each => each !== always),
        'AND',
        always,
      )
}

function any(conditions: readonly Condition[]): Condition {
  return conditions.includes(always)
    ? always
    : joined(
        conditions.filter(each => each !== never),
        'OR',
        never,
      )
}

function joined(conditions: readonly Condition[], operator: 'AND' | 'OR', none: Condition): Condition {
  // What looks into another table comes after what does not.
  const ordered = conditions.toSorted((a, b) => Number(a.sql.includes('EXISTS')) - Number(b.sql.includes('EXISTS')))
  return balanced(ordered, operator) ?? none
}

/** SQLite bounds the depth of an expression, and a chain of a thousand ANDs would be a thousand deep. */
function balanced(conditions: readonly Condition[], operator: 'AND' | 'OR'): Condition | undefined {
  if (conditions.length <= 1) return conditions[0]
  const middle = conditions.length >> 1
  const [left, right] = [conditions.slice(0, middle), conditions.slice(middle)].map(half => balanced(half, operator))
  if (left === undefined || right === undefined) return left ?? right
  return {
    sql: `(${left.sql} ${operator} ${right.sql})`,
    parameters: [...left.parameters, ...right.parameters],
  }
}

function negated(condition: Condition): Condition {
  if (condition === always) return never
  if (condition === never) return always
  return { sql: `NOT (${condition.sql})`, parameters: condition.parameters }
}

function residueOf(node: Node, columns: Condition[], texts: TextKey[]): Residue {
  if ('condition' in node) return { kind: 'column', index: columns.push(node.condition) - 1 }
  const { tree } = node
  switch (tree.kind) {
    case 'text':
      return { kind: 'text', index: texts.push(tree.key) - 1 }
    case 'uids':
      return tree
    case 'not':
      return { kind: 'not', of: residueOf(tree.of, columns, texts) }
    case 'and':
    case 'or':
      return group(
        tree.kind,
        tree.of.map(each => residueOf(each, columns, texts)),
      )
  }
}

/** What is cheap to know comes first: the others often need not be asked. */
function group(kind: 'and' | 'or', of: readonly Residue[]): Residue {
  const cost = (residue: Residue): number => {
    if (residue.kind === 'column' || residue.kind === 'uids') return 0
    if (residue.kind === 'text') return 1
    return residue.kind === 'not' ? cost(residue.of) : residue.of.reduce((sum, each) => sum + cost(each), 0)
  }
  return of.length === 1 ? (of[0] as Residue) : { kind, of: of.toSorted((a, b) => cost(a) - cost(b)) }
}
