/** What a verdict says in plain words. One sentence a line, no markup; text from outside is inserted as plain text. */
export interface Words {
  headline: string;
  mend: string;
  evidence: string[];
  dismissed: string[];
}
