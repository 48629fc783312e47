import Core
import Engine

/// What happened in a chaos run, line by line, as one running digest: equal runs give equal digests.
struct ChaosLog: Sendable {
    private var buffer: [UInt8] = []
    private var chain = Digest.sha256("chaos")
    private let keepsLines: Bool
    /// The lines, when they are wanted.
    private(set) var lines: [String] = []

    init(keepsLines: Bool) {
        self.keepsLines = keepsLines
    }

    mutating func note(_ now: Timestamp, _ text: ChaosText) {
        let start = buffer.count
        buffer.append(ChaosText("\((now - ChaosMarket.start).milliseconds) "))
        buffer.append(text)
        if keepsLines { lines.append(String(decoding: buffer[start...], as: UTF8.self)) }
        buffer.append(10)
        if buffer.count > 65_536 { fold() }
    }

    private mutating func fold() {
        chain = Digest.sha256(chain.bytes + buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// The digest of everything noted so far.
    var digest: Digest { Digest.sha256(chain.bytes + buffer) }
}

extension ChaosLog {
    mutating func note(_ now: Timestamp, _ event: EngineEvent) {
        switch event {
        case .venue(let batch):
            for news in batch.events { note(now, "  \(batch.broker) tells \(Self.text(news))") }
        case .configured: note(now, "configured")
        case .joined(let broker, _): note(now, "joined \(broker)")
        case .reported(let report): note(now, "answer \(Self.text(report))")
        case .signal(let row): note(now, "signal \(row.symbol) \(row.target) stop \(row.stop ?? 0)")
        case .refused(let symbol, let id, let error): note(now, "refused \(symbol) \(id.short) \(error.code)")
        case .silent(let symbol, let id): note(now, "silence \(symbol) \(id.short)")
        case .absent(let symbol, let id): note(now, "absent \(symbol) \(id.short)")
        case .cancelRefused(let symbol, let id, let error):
            note(now, "cancel refused \(symbol) \(id.short) \(error.code)")
        case .amendRefused(let symbol, let id, let error):
            note(now, "change refused \(symbol) \(id.short) \(error.code)")
        case .snapshot(let snapshot): note(now, "account \(Self.text(snapshot))")
        case .unreachable(let broker, let error): note(now, "unreachable \(broker) \(error.code)")
        case .kill: note(now, "kill")
        case .release: note(now, "release")
        case .deadline: note(now, "deadline")
        case .reconcile: note(now, "reconcile")
        case .operated: note(now, "operated")
        case .regime: note(now, "regime")
        }
    }

    mutating func note(_ now: Timestamp, _ effect: Effect) {
        switch effect {
        case .submit(let approved, let broker):
            let order = approved.request
            note(
                now,
                """
                    -> \(broker) \(order.purpose.rawValue) \(order.clientID.short) \(order.side.rawValue) \
                \(order.quantity) \(order.symbol) \(Self.text(order.kind))\(order.reduceOnly ? " reduce" : "")
                """)
        case .cancel(let reference, let symbol, let broker):
            note(now, "    -> \(broker) cancel \(symbol) \(Self.text(reference))")
        case .amend(let id, let symbol, let trigger, let quantity, let broker):
            note(now, "    -> \(broker) change \(symbol) \(id.short) to \(quantity) at \(trigger)")
        case .query(let symbol, let id, let broker): note(now, "    -> \(broker) ask \(symbol) \(id.short)")
        case .readAccount(let broker, _): note(now, "    -> \(broker) read account")
        case .alert(let alert): note(now, "    ! \(alert.code) \(alert.message)")
        case .refuse(let refusal): note(now, "    x \(refusal.code.rawValue) \(refusal.symbol)")
        case .mark(let point): note(now, "    = \(point.currency) \(point.equity)")
        case .halted: note(now, "    halted")
        case .reconciled(let found):
            note(now, "    ~ \(found.broker) \(found.differences.map(\.sentence).description)")
        }
    }

    static func text(_ news: VenueEvent) -> ChaosText {
        switch news {
        case .price(let symbol, let price): "\(symbol) \(price)"
        case .barClosed(let symbol, let bar, _): "\(symbol) closed \(bar.close)"
        case .order(let report): text(report)
        case .fill(let fill):
            """
            \(fill.symbol) fill \(fill.tradeID) \(fill.clientID?.short ?? "foreign") \(fill.side.rawValue) \
            \(fill.quantity) at \(fill.price)
            """
        case .quote(let symbol, let bid, let ask): "\(symbol) \(bid) / \(ask)"
        case .session(let symbol, let isOpen, _): "\(symbol) \(isOpen ? "opens" : "closes")"
        case .clock(let offset): "clock off by \(offset.milliseconds) ms"
        case .reconnected: "reconnected"
        }
    }

    static func text(_ report: OrderReport) -> ChaosText {
        "\(report.symbol) \(report.clientID?.short ?? "foreign") \(report.state.rawValue) \(report.filled)"
    }

    static func text(_ snapshot: AccountSnapshot) -> String {
        let held = snapshot.positions.map { "\($0.symbol) \($0.quantity)" }.joined(separator: " ")
        return "\(snapshot.broker) [\(held)] \(snapshot.openOrders.count) orders"
    }

    private static func text(_ reference: OrderReference) -> String {
        switch reference {
        case .client(let id): id.short
        case .venue(let id): id
        }
    }

    private static func text(_ kind: OrderKind) -> ChaosText {
        switch kind {
        case .market: "market"
        case .limit(let price): "limit \(price)"
        case .stop(let price): "stop \(price)"
        case .takeProfit(let price): "take \(price)"
        }
    }
}

extension ClientOrderID {
    /// The first eight characters, for people.
    var short: String { String(text.prefix(8)) }
}
