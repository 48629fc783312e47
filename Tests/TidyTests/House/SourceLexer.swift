/// Splits Swift text into code, comments and string literals, so that no rule takes one for another.
///
/// Knows nested comments, escapes, interpolation, raw and multi-line strings; not regular expression literals, which
/// the house does not use.
struct SourceLexer {
    private let text: [UInt8]
    private var place = 0
    private var row = 0
    private var code: [[UInt8]]
    private var comments: [[UInt8]]
    private var strings: [[String]]

    /// The lines of `source`, taken apart.
    static func lines(of source: String) -> [SourceLine] {
        let raw = source.split(separator: "\n", omittingEmptySubsequences: false)
        var lexer = SourceLexer(source, rows: raw.count)
        lexer.readCode(inParentheses: false)
        return raw.indices.map { row in
            SourceLine(
                number: row + 1, raw: String(raw[row]), code: String(decoding: lexer.code[row], as: UTF8.self),
                comment: String(decoding: lexer.comments[row], as: UTF8.self), strings: lexer.strings[row])
        }
    }

    private init(_ source: String, rows: Int) {
        text = Array(source.utf8)
        code = Array(repeating: [], count: rows)
        comments = Array(repeating: [], count: rows)
        strings = Array(repeating: [], count: rows)
    }

    private func next(_ word: String) -> Bool {
        let end = place + word.utf8.count
        return end <= text.count && text[place..<end].elementsEqual(word.utf8)
    }

    private mutating func step() {
        if text[place] == lineFeed { row += 1 }
        place += 1
    }

    private mutating func readCode(inParentheses: Bool) {
        var depth = 0
        while place < text.count {
            let byte = text[place]
            if byte == slash, next("//") {
                readLineComment()
            } else if byte == slash, next("/*") {
                readBlockComment()
            } else if byte == quote || byte == hash, let hashes = stringStart() {
                readString(hashes: hashes)
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if inParentheses, depth < 0 { return }
                if byte != lineFeed { code[row].append(byte) }
                step()
            }
        }
    }

    private mutating func readLineComment() {
        while place < text.count, text[place] != lineFeed {
            comments[row].append(text[place])
            step()
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if next("/*") { depth += 1 }
            if next("*/") { depth -= 1 }
            for _ in 0..<(next("/*") || next("*/") ? 2 : 1) where place < text.count {
                if text[place] != lineFeed { comments[row].append(text[place]) }
                step()
            }
        } while depth > 0 && place < text.count
    }

    /// The number of `#` before a quotation mark that starts here, or nil when none does.
    private func stringStart() -> Int? {
        var end = place
        while end < text.count, text[end] == hash { end += 1 }
        return end < text.count && text[end] == quote ? end - place : nil
    }

    private mutating func readString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        place += hashes
        let closing = next("\"\"\"") ? "\"\"\"" : "\""
        place += closing.utf8.count
        code[row].append(quote)
        var content: [UInt8] = []
        while place < text.count, !next(closing + fence) {
            if next("\\" + fence + "(") {
                place += hashes + 2
                code[row] += "\\(".utf8
                readCode(inParentheses: true)
                code[row].append(UInt8(ascii: ")"))
                if place < text.count { step() }
            } else if next("\\" + fence) {
                place += hashes + 1
                if place < text.count { step() }
                content.append(UInt8(ascii: " "))
            } else {
                content.append(text[place])
                step()
            }
        }
        place = min(text.count, place + closing.utf8.count + hashes)
        code[row].append(quote)
        strings[row].append(String(decoding: content, as: UTF8.self))
    }
}

private let slash = UInt8(ascii: "/")
private let quote = UInt8(ascii: "\"")
private let hash = UInt8(ascii: "#")
private let lineFeed = UInt8(ascii: "\n")
