/** What the server says, in German. */
import type { Texts } from './catalogue.ts'

export const german: Texts = {
  'LANGUAGE completed': 'Ab jetzt auf Deutsch',
  'The languages that are spoken here': 'Die Sprachen, die hier gesprochen werden',
  'That language is not spoken here': 'Diese Sprache wird hier nicht gesprochen',
}
