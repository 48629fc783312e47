import Core
import Engine
import Simulator

/// What the venues truly hold, beside what the engine believes: looked at every few seconds.
extension ChaosWorld {
    /// The venues answer most of the time even in bad scenarios; how long until flat then, in good milliseconds.
    private static let flatBudget: Int64 = 120_000
    /// How long books and venue may differ while the venue answers.
    private static let bookBudget: Int64 = 120_000
    /// How long a position may lie beyond its stop: one that did not fire is escalated within seconds, but the news of
    /// the price may be lost, and there are two of them a minute.
    private static let stopBudget: Int64 = 90_000
    /// How long a venue may keep an order that opens after the kill switch was pulled.
    private static let cancelBudget: Int64 = 60_000

    mutating func check() {
        lookAtKillFile()
        guard isUp, violation == nil else { return }
        operate()
        // A market of minute bars is closed for longer than it says: until the next of them opens.
        let isTrading = venues.allSatisfy { $0.market.isTrading }
        let flattening = watch.span(of: "flattening", while: engine.kill.phase == .flattening && isTrading)
        if flattening > Self.flatBudget { fail(.flatAfterKill, "not flat after \(flattening) ms") }
        watch.looks += 1
        for place in venues.indices {
            check(place)
            // The whole account is looked at once a minute.
            if watch.looks % 6 == 0 { checkAccount(place) }
        }
    }

    private mutating func check(_ place: Int) {
        for instrument in venues[place].market.configuration.instruments {
            let symbol = instrument.symbol
            let held = venues[place].market.held(symbol)
            let booked = engine.position(of: symbol)
            let differ = held != booked && engine.state != .halted
            let span = differ || !watch.since.isEmpty ? watch.span(of: "books \(symbol)", while: differ) : 0
            if span > Self.bookBudget {
                fail(.booksEqualVenue, "\(symbol): the books say \(booked), the venue \(held) for \(span) ms")
            }
            checkStop(symbol, held, place)
            guard venues[place].flows[symbol]?.foreign ?? 0 == 0 else { continue }
            if held == .zero, engine[symbol]?.openOrders.isEmpty ?? true { watch.largestGoal[symbol] = nil }
            let largest = watch.largestGoal[symbol] ?? .zero
            if held.magnitude > largest { fail(.noOverexposure, "\(symbol): \(held) held, \(largest) wanted at most") }
        }
    }

    /// Nothing is held for long beyond the stop that its row asked for, whoever was to watch it.
    private mutating func checkStop(_ symbol: Symbol, _ held: Quantity, _ place: Int) {
        guard let goal = engine[symbol]?.goal, let stop = goal.stop,
            let price = venues[place].market.lastPrice(of: symbol),
            held > .zero && goal.quantity > .zero || held < .zero && goal.quantity < .zero
        else {
            if !watch.since.isEmpty { _ = watch.span(of: "beyond \(symbol)", while: false) }
            return
        }
        let isBeyond = held > .zero ? price < stop : price > stop
        let span = isBeyond || !watch.since.isEmpty ? watch.span(of: "beyond \(symbol)", while: isBeyond) : 0
        if span > Self.stopBudget {
            fail(.exposureProtected, "\(symbol): \(held) held beyond the stop at \(stop) for \(span) ms")
        }
    }

    /// What the engine takes for armed is armed: at the venue, or in the levels that the engine has it tell. Nothing
    /// that opens works on after a kill.
    private mutating func checkAccount(_ place: Int) {
        let truth = venues[place].truth
        for instrument in venues[place].market.configuration.instruments {
            let symbol = instrument.symbol
            let held = truth.positions.first { $0.symbol == symbol }?.quantity ?? .zero
            guard watch.heldAtLook[symbol] ?? .zero != held else { continue }
            // Another position counts from its own beginning.
            watch.heldAtLook[symbol] = held
            _ = watch.span(of: "bare \(symbol)", while: false)
        }
        for position in truth.positions {
            guard let desk = engine[position.symbol] else { continue }
            let closing: Side = position.quantity > .zero ? .sell : .buy
            let isGuarded = truth.openOrders.contains {
                $0.symbol == position.symbol && $0.side == closing && $0.clientID.map { !$0.isManual } ?? false
            }
            let isBare = !isGuarded && desk.watchLevels.isEmpty && desk.exposedSince == nil && engine.state != .halted
            if watch.span(of: "bare \(position.symbol)", while: isBare) >= 60_000 {
                fail(.exposureProtected, "\(position.symbol): taken for protected, and nothing protects it")
            }
        }
        let opening = truth.openOrders.first { order in
            guard let id = order.clientID, !id.isManual, engine.kill.isEngaged else { return false }
            let ours = engine[order.symbol]?.openOrders.first { $0.request.clientID == id }
            return !(ours?.request.reduceOnly ?? false)
        }
        if watch.span(of: "opening \(place)", while: opening != nil) >= Self.cancelBudget, let opening {
            fail(.noOpeningAfterKill, "\(venues[place].name) still works \(opening.side.rawValue) \(opening.symbol)")
        }
    }
}

extension ClientOrderID {
    /// Whether somebody else placed it by hand.
    var isManual: Bool { text.hasPrefix("manual-") }
}
