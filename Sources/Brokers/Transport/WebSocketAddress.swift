/// A WebSocket's address, taken apart.
package struct WebSocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether TLS is used (`wss`).
    package let isSecure: Bool
    /// Name or number of the host.
    package let host: String
    /// Port.
    package let port: Int
    /// Path with query.
    package let path: String

    /// Reads `ws://host[:port][/path]` or `wss://...`; nil for anything else.
    package init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("wss://") {
            (isSecure, rest) = (true, text.dropFirst(6))
        } else if text.hasPrefix("ws://") {
            (isSecure, rest) = (false, text.dropFirst(5))
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        path = authority.endIndex == rest.endIndex ? "/" : String(rest[authority.endIndex...])
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty,
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7f })
        else { return nil }
        host = String(name)
        if parts.count == 2 {
            guard let number = Int(parts[1]), (1...65_535).contains(number) else { return nil }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
    }

    package var description: String { "\(isSecure ? "wss" : "ws")://\(host):\(port)\(path)" }
}
