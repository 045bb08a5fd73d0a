import type { Part } from './tree.ts'
export type SectionText = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME' | null
export declare function findPart(root: Part, path: readonly number[]): Part | null
export declare function sectionRange(
  root: Part,
  path: readonly number[],
  text: 'HEADER' | 'TEXT' | 'MIME' | null,
): { start: number; end: number } | null
