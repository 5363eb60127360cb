import { readFileSync, writeFileSync } from 'node:fs'
import { runTool, toolCommand } from '../src/cli/command-line.ts'
import { addSections } from '../src/cli/help-sections.ts'
import { EXIT, type ExitCode } from '../src/exit-code.ts'

/** A file that a program writes, and that is committed. */
export interface GeneratedFile {
  readonly path: string
  /** Its required content. */
  readonly text: string
}

/** Runs the tool that writes some files, or with `--check` only says which of them are not up to date. */
export async function runGenerator(
  tool: string,
  description: string,
  files: () => readonly GeneratedFile[],
): Promise<void> {
  await runTool(tool, (command, end) => {
    command
      .description(description)
      .option('--check', 'only check that the files are up to date')
      .action(({ check }: { check?: true }) =>
        end(check === true ? checkFiles(files(), tool) : writeFiles(files())),
      )
    addSections(command, {
      exitCodes: { 0: 'written, or up to date', 1: 'with --check: a file is not up to date' },
      examples: [toolCommand(tool), toolCommand(`${tool}:check`)],
    })
  })
}

function writeFiles(files: readonly GeneratedFile[]): ExitCode {
  for (const { path, text } of files) writeFileSync(path, text)
  return EXIT.good
}

function checkFiles(files: readonly GeneratedFile[], tool: string): ExitCode {
  const stale = files.filter(({ path, text }) => storedText(path) !== text)
  for (const { path } of stale) {
    process.stderr.write(`${path} is not up to date. Run: ${toolCommand(tool)}\n`)
  }
  return stale.length === 0 ? EXIT.good : EXIT.failed
}

function storedText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
