package import Core

/// How our names for orders are written at the venue, and how stop orders are recognised, which do not tell theirs.
package enum TinkoffNames {
    /// The seconds after which marks repeat: 24 days.
    private static let window: Int64 = 1 << 21
    /// A marked stop order stays valid at least so long.
    private static let lifetime = TimeSpan.seconds(30 * 86_400)

    /// The key that an order is sent under: the name itself where it is a UUID, as all names of the house are, and
    /// otherwise a UUID derived from it.
    package static func key(_ id: ClientOrderID) -> String {
        if isUUID(id.text) { return id.text.lowercased() }
        return ClientOrderID.derived(
            artifact: "name", account: id.text, symbol: anySymbol, time: .epoch, leg: 0, purpose: .manual
        ).text
    }

    private static let anySymbol: Symbol = {
        guard let symbol = Symbol("ANY") else { preconditionFailure("ANY is a symbol") }
        return symbol
    }()

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    /// The second of the window that marks a stop order of this key.
    private static func mark(_ key: String) -> Int64 {
        let bytes = Digest.sha256("stop:" + key).bytes.prefix(8)
        return Int64(bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % UInt64(window))
    }

    /// The date of expiry that marks a stop order.
    package static func expiry(of key: String, at now: Timestamp) -> Timestamp {
        let least = (now + lifetime).milliseconds / 1000 + 1
        let second = least + (mark(key) - least % window + window) % window
        return Timestamp(milliseconds: second * 1000)
    }

    /// Whether a date of expiry is the mark of this key.
    package static func marks(_ expiry: Timestamp, _ key: String) -> Bool {
        expiry.milliseconds / 1000 % window == mark(key)
    }
}
