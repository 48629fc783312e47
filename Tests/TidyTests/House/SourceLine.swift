/// One line of a Swift file, taken apart.
struct SourceLine {
    /// Counted from 1.
    let number: Int
    /// The line as it stands.
    let raw: String
    /// What the compiler sees, with the contents of string literals left out: `print("")`.
    var code = ""
    /// The text of comments on this line, markers included.
    var comment = ""
    /// The contents of string literals that end on this line.
    var strings: [String] = []
}
