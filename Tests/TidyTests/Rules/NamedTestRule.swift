/// A page that names a test says that something is proven: the test has to exist.
func namedTestFindings(_ page: SourceFile, among tests: [SourceFile]) -> [Finding] {
    page.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { row, line in
        line.matches(of: /`(\w+Tests)\.(\w+)`/).compactMap { match -> Finding? in
            let (suite, name) = (match.output.1, match.output.2)
            let exists = tests.contains {
                $0.text.contains("struct \(suite) {") && $0.text.contains("func \(name)(")
            }
            guard !exists else { return nil }
            return Finding(
                path: page.path, line: row + 1, message: "there is no test \(suite).\(name): name one that there is")
        }
    }
}
