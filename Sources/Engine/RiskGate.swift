public import Core

/// A value that the risk gate let pass. Only ``RiskGate`` can make one, and only such orders can be sent.
public struct Approved<Request: Hashable & Sendable & Encodable>: Hashable, Sendable, Encodable {
    /// What was approved.
    public let request: Request

    fileprivate init(_ request: Request) {
        self.request = request
    }

    /// Writes the bare request.
    public func encode(to encoder: any Encoder) throws {
        try request.encode(to: encoder)
    }
}

/// The one way to a venue: every order passes here, and every rule that can stop one is in this file.
public struct RiskGate: Sendable {
    /// What an order is judged by.
    public struct Circumstances: Sendable {
        /// Whether the engine may open.
        public var tradingState: TradingState
        /// The signed position now, orders in flight included.
        public var position: Quantity
        /// The last price and when it was seen.
        public var lastPrice: (price: Price, at: Timestamp)?
        /// The close of the last complete bar.
        public var referencePrice: Price?
        /// When the signal row was decided; nil for an order without a signal.
        public var signalTime: Timestamp?
        /// The stop that the position will have.
        public var stop: Price?
        /// Whether an order of this name was already written down.
        public var isDuplicate: Bool
        /// The price that the stop is judged by instead of the last one: for the second half of a reversal that of its
        /// decision, because the reversal was let pass as a whole.
        public var stopAnchor: Price?

        /// Circumstances from their parts.
        public init(
            tradingState: TradingState, position: Quantity, lastPrice: (price: Price, at: Timestamp)?,
            referencePrice: Price?, signalTime: Timestamp?, stop: Price?, isDuplicate: Bool, stopAnchor: Price? = nil
        ) {
            (self.tradingState, self.position, self.lastPrice) = (tradingState, position, lastPrice)
            (self.referencePrice, self.signalTime) = (referencePrice, signalTime)
            (self.stop, self.isDuplicate, self.stopAnchor) = (stop, isDuplicate, stopAnchor)
        }
    }

    /// What is allowed.
    public let limits: RiskLimits

    /// A gate with these limits.
    public init(limits: RiskLimits) {
        self.limits = limits
    }

    /// Lets `request` pass or says which rule stopped it.
    ///
    /// A reduction passes where an entry would not: only a duplicate, or one that would flip the position, is refused.
    ///
    /// - Throws: ``RiskRefusal`` of the first rule that refuses.
    public func approve(
        _ request: OrderRequest, of instrument: Instrument, in circumstances: Circumstances, at now: Timestamp
    ) throws(RiskRefusal) -> Approved<OrderRequest> {
        let finding =
            circumstances.isDuplicate
            ? (RiskCode.duplicateOrder, "order \(request.clientID) exists already")
            : request.reduceOnly
                ? flip(request, circumstances)
                : opening(request, of: instrument, in: circumstances, at: now)
        if let (code, sentence) = finding {
            throw RiskRefusal(
                code: code, symbol: request.symbol, clientID: request.clientID, sentence: sentence, at: now)
        }
        return Approved(request)
    }

    private typealias Finding = (RiskCode, String)

    private func opening(
        _ request: OrderRequest, of instrument: Instrument, in circumstances: Circumstances, at now: Timestamp
    ) -> Finding? {
        if circumstances.tradingState != .active {
            return (.tradingState, "trading is \(circumstances.tradingState.rawValue)")
        }
        if let finding = expired(circumstances, at: now) { return finding }
        guard let last = circumstances.lastPrice, last.price > .zero else {
            return (.stalePrice, "no price of \(request.symbol) yet")
        }
        return stale(last.at, at: now)
            ?? collar(request, last.price, circumstances.referencePrice)
            ?? unplaceableStop(request, circumstances.stopAnchor ?? last.price, circumstances.stop)
            ?? size(request, instrument, last.price, circumstances.position)
    }

    private func flip(_ request: OrderRequest, _ circumstances: Circumstances) -> Finding? {
        let reduces = request.side == .sell ? circumstances.position : -circumstances.position
        if request.quantity <= reduces { return nil }
        return (.wouldFlip, "reducing \(request.quantity) of a position of \(circumstances.position)")
    }

    private func expired(_ circumstances: Circumstances, at now: Timestamp) -> Finding? {
        guard let decided = circumstances.signalTime, let limit = limits.signalExpiresAfter else { return nil }
        let age = now - decided
        if age <= limit { return nil }
        return (.signalExpired, "the signal is \(age.seconds) s old > \(limit.seconds) s")
    }

    private func stale(_ seen: Timestamp, at now: Timestamp) -> Finding? {
        guard let limit = limits.stalePriceAfter else { return nil }
        let age = now - seen
        return age <= limit ? nil : (.stalePrice, "the price is \(age.seconds) s old > \(limit.seconds) s")
    }

    private func collar(_ request: OrderRequest, _ last: Price, _ reference: Price?) -> Finding? {
        guard let limit = limits.priceCollarPercent else { return nil }
        var price = last
        var anchor = reference.flatMap { $0 > .zero ? $0 : nil } ?? last
        if case .limit(let asked) = request.kind { (price, anchor) = (asked, last) }
        let distance = (price - anchor).magnitude.value.times(FixedDecimal(100)).divided(by: anchor.value)
        return distance <= limit ? nil : (.priceCollar, "\(price) is \(distance) % from \(anchor) > \(limit) %")
    }

    private func unplaceableStop(_ request: OrderRequest, _ last: Price, _ stop: Price?) -> Finding? {
        guard request.purpose == .entry else { return nil }
        guard let stop else { return (.stopNotPlaceable, "the signal gives no stop") }
        let beyond = request.side == .buy ? stop < last : stop > last
        return beyond ? nil : (.stopNotPlaceable, "a stop at \(stop) would fire at once at \(last)")
    }

    private func size(
        _ request: OrderRequest, _ instrument: Instrument, _ last: Price, _ position: Quantity
    ) -> Finding? {
        if let refusal = instrument.refusal(of: request.quantity, at: last) {
            let rules =
                "step \(instrument.lotStep), minimum \(instrument.minimumQuantity) and \(instrument.minimumNotional)"
            return (.instrumentRules, "\(request.quantity) at \(last): \(refusal.rawValue) (\(rules))")
        }
        if let limit = limits.maxQuantity, request.quantity > limit {
            return (.maxQuantity, "\(request.quantity) > \(limit)")
        }
        let value = last.notional(request.quantity)
        if let limit = limits.maxOrderNotional, value > limit {
            return (.maxOrderNotional, "\(value) > \(limit)")
        }
        let after = last.notional(position + request.side.signed(request.quantity)).magnitude
        if let limit = limits.maxPositionNotional, after > limit {
            return (.maxPositionNotional, "\(after) > \(limit)")
        }
        return nil
    }
}
