/// Splits Swift text into code, comments and string literals, so that no rule takes one for another.
///
/// Knows nested comments, escapes, interpolation, raw and multi-line strings; not regular expression literals, which
/// the house does not use.
struct SourceLexer {
    private let text: [Character]
    private var place = 0
    private var row = 0
    private(set) var lines: [SourceLine]

    init(_ source: String) {
        text = Array(source)
        lines = source.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { SourceLine(number: $0.offset + 1, raw: String($0.element)) }
        readCode(inParentheses: false)
    }

    private func next(_ word: String) -> Bool {
        let end = place + word.count
        return end <= text.count && text[place..<end].elementsEqual(word)
    }

    private mutating func step() {
        if text[place] == "\n" { row += 1 }
        place += 1
    }

    private mutating func readCode(inParentheses: Bool) {
        var depth = 0
        while place < text.count {
            if next("//") {
                readLineComment()
            } else if next("/*") {
                readBlockComment()
            } else if let hashes = stringStart() {
                readString(hashes: hashes)
            } else {
                let character = text[place]
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if inParentheses, depth < 0 { return }
                if character != "\n" { lines[row].code.append(character) }
                step()
            }
        }
    }

    private mutating func readLineComment() {
        while place < text.count, text[place] != "\n" {
            lines[row].comment.append(text[place])
            step()
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if next("/*") { depth += 1 }
            if next("*/") { depth -= 1 }
            for _ in 0..<(next("/*") || next("*/") ? 2 : 1) where place < text.count {
                if text[place] != "\n" { lines[row].comment.append(text[place]) }
                step()
            }
        } while depth > 0 && place < text.count
    }

    /// The number of `#` before a quotation mark that starts here, or nil when none does.
    private func stringStart() -> Int? {
        var end = place
        while end < text.count, text[end] == "#" { end += 1 }
        return end < text.count && text[end] == "\"" ? end - place : nil
    }

    private mutating func readString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        place += hashes
        let quote = next("\"\"\"") ? "\"\"\"" : "\""
        place += quote.count
        lines[row].code += "\""
        var content = ""
        while place < text.count, !next(quote + fence) {
            if next("\\" + fence + "(") {
                place += hashes + 2
                lines[row].code += "\\("
                readCode(inParentheses: true)
                lines[row].code += ")"
                if place < text.count { step() }
            } else if next("\\" + fence) {
                place += hashes + 1
                if place < text.count { step() }
                content.append(" ")
            } else {
                content.append(text[place])
                step()
            }
        }
        place = min(text.count, place + quote.count + hashes)
        lines[row].code += "\""
        lines[row].strings.append(content)
    }
}
