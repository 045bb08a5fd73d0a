/** Regular expressions in linear time: extended ones of POSIX, over code points, in the eyes of a comparator. */
export type { Variants } from './characters.ts'
export { compileRegex, type Regex, type RegexLimits } from './compile.ts'
export { type Places, searchRegex } from './search.ts'
export { BadRegex } from './tree.ts'
