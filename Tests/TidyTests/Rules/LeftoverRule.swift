/// No notes to oneself: they belong into an issue.
func leftoverFindings(_ file: SourceFile) -> [Finding] {
    file.lines.flatMap { line in
        let words = line.comment.split { !($0.isLetter || $0.isNumber) }
        return ["TODO", "FIXME", "XXX", "HACK"].filter { words.contains(Substring($0)) }
            .map { file.finding(line, "`\($0)`: do it now, or open an issue and remove the note") }
    }
}
