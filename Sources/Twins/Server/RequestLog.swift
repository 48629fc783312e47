import Core

/// The last requests and what became of them, for `/twin/log`. Headers, and with them keys, are not kept.
struct RequestLog: Sendable {
    private var entries: [Wire] = []
    private(set) var total = 0
    private static let limit = 5_000

    mutating func note(_ request: TwinRequest, _ outcome: String, at now: Timestamp) {
        total += 1
        if entries.count >= Self.limit { entries.removeFirst(Self.limit / 2) }
        entries.append([
            "at": .whole(now.milliseconds), "method": .text(request.method), "path": .text(request.path),
            "query": .text(request.query), "body": .text(String(decoding: request.body.prefix(2_000), as: UTF8.self)),
            "outcome": .text(outcome),
        ])
    }

    /// The last `count` entries whose path starts with `prefix`.
    func tail(_ count: Int, prefix: String) -> Wire {
        .list(Array(entries.filter { $0["path"]?.string?.hasPrefix(prefix) ?? false }.suffix(count)))
    }
}
