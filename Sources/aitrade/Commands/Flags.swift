import Core

/// Reads the values of flags, naming the flag in every error.
enum Flags {
    static func symbol(_ text: String) throws -> Symbol {
        guard let symbol = Symbol(text) else {
            throw CommandFailure(
                .usage, "'\(text)' is not a symbol", fix: "use letters, digits, '.', '-', '_' such as BTCUSDT")
        }
        return symbol
    }

    /// `BTCUSDT,SBER`; a repeated name counts once.
    static func symbols(_ text: String) throws -> [Symbol] {
        let symbols = try text.split(separator: ",").map { try symbol(String($0).trimmed) }
        guard !symbols.isEmpty else {
            throw CommandFailure(.usage, "--assets names no asset", fix: "for example --assets BTCUSDT,LINKUSDT")
        }
        return Set(symbols).sorted()
    }

    static func interval(_ text: String) throws -> BarInterval {
        guard let interval = BarInterval(text) else {
            throw CommandFailure(.usage, "'\(text)' is not an interval", fix: "for example 15m, 1h, 4h, 1d")
        }
        return interval
    }

    /// `--from` and `--to`, where both are given in this order.
    static func range(_ from: String?, _ to: String?) throws -> (from: Timestamp?, to: Timestamp?) {
        let start = try from.map { try moment($0, flag: "--from") }
        let end = try to.map { try moment($0, flag: "--to") }
        if let start, let end, start >= end {
            throw CommandFailure(
                .usage, "--from \(Output.time(start)) is not before --to \(Output.time(end)) (UTC)", fix: "swap them")
        }
        return (start, end)
    }

    /// A moment: `2024-03-01`, `2024-03-01T12:00` (UTC) or milliseconds since 1970.
    static func moment(_ text: String, flag: String) throws -> Timestamp {
        if let milliseconds = Int64(text), milliseconds >= 0 { return Timestamp(milliseconds: milliseconds) }
        guard let moment = DateText.moment(text) else {
            throw CommandFailure(
                .usage, "\(flag) '\(text)' is not a moment", fix: "for example 2024-03-01 or 2024-03-01T12:00 (UTC)")
        }
        return moment
    }
}

extension String {
    /// The text without blanks around it.
    var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
