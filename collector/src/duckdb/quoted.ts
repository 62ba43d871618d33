/** SQL of a text, such as the path of a file where a statement takes no parameter. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
