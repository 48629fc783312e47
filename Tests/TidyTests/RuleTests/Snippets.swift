/// A file of a pure target with the given text.
func pure(_ text: String, path: String = "Sources/Engine/Sample.swift") -> SourceFile {
    SourceFile(path: path, text: text + "\n")
}

/// The line numbers of the findings.
func rows(_ findings: [Finding]) -> [Int] { findings.map(\.line) }
