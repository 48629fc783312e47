/// One line of a Swift file, taken apart.
struct SourceLine {
    /// Counted from 1.
    let number: Int
    /// The line as it stands.
    let raw: String
    /// What the compiler sees, with the contents of string literals left out: `print("")`.
    let code: String
    /// The text of comments on this line, markers included.
    let comment: String
    /// The contents of string literals that end on this line.
    let strings: [String]
}
