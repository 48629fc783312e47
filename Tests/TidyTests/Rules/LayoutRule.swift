/// Lines of at most 120 columns, without tabs and trailing space; one line feed at the end of the file.
func layoutFindings(_ file: SourceFile) -> [Finding] {
    var found: [Finding] = []
    for line in file.lines {
        if line.raw.count > 120 {
            found.append(file.finding(line, "\(line.raw.count) columns: break the line at 120"))
        }
        if line.raw.last?.isWhitespace ?? false {
            found.append(file.finding(line, "trailing space: remove it (`make format`)"))
        }
        if line.raw.contains("\t") {
            found.append(file.finding(line, "a tab: write spaces (`make format`), in a string `\\t`"))
        }
    }
    if let last = file.lines.last, !last.raw.isEmpty || file.text.hasSuffix("\n\n") {
        found.append(file.finding(last, "end the file with exactly one line feed (`make format`)"))
    }
    return found
}
