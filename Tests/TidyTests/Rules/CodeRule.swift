/// A venue client's own code is what a user searches for: the page of codes has to name it.
func codeFindings(_ file: SourceFile, on page: SourceFile) -> [Finding] {
    guard file.path.hasPrefix("Sources/Brokers/"), !file.path.contains("/Simulated/") else { return [] }
    return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { row, line in
        (line.matches(of: /code: (?:\w+ \? )?"([A-Z][A-Z_]+)"/).map(\.output.1)
            + line.matches(of: /"((?:BITGET|TINKOFF)_[A-Z_]+|[A-Z]+_IN_THE_WAY)"/).map(\.output.1))
            .filter { !page.text.contains("`\($0)`") }
            .map {
                Finding(path: file.path, line: row + 1, message: "docs/codes.md does not name \($0): say what it means")
            }
    }
}
