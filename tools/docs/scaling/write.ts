import { writeFileSync } from 'node:fs'
import { PAGE, readPage, withTables } from './page.ts'

writeFileSync(PAGE, withTables(readPage()))
