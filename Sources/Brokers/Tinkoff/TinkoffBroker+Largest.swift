import Core

// Above a value the venue wants each order confirmed by a code, and refuses it here (90003). An entry above that is
// refused before it is sent. A closing order is cut to it: it ends short of what was asked for, and whoever closes asks
// for the rest. A stop above it would come to nothing when it fires, so the runner watches that level instead.
extension TinkoffBroker {
    /// An order at market is valued at the venue's last price, which may be a little above ours.
    private static let headroom = FixedDecimal(95)

    /// The codes of an order that is too large.
    private static let tooLarge: Set<String> = ["TINKOFF_90003", "TINKOFF_30109"]

    /// The price that an order is valued at; nil when nobody knows.
    private func valuation(_ request: OrderRequest) async -> Price? {
        if case .limit(let limit) = request.kind { return limit }
        if let trigger = request.kind.trigger { return trigger }
        if let price = prices[request.symbol]?.price { return price }
        return try? await lastPrice(request.symbol)
    }

    /// At the most so much goes into one closing order: as much as is worth less than the venue's limit, and no more
    /// than what it did not refuse today; one lot in any case.
    func closingLimit(_ request: OrderRequest, _ share: TinkoffShare) async -> TinkoffPieces? {
        var most = refusedSizes[request.symbol]
        if let price = await valuation(request), price > .zero {
            let worth =
                request.kind == .market
                ? settings.largestOrder.value.share(Self.headroom, of: FixedDecimal(100)) : settings.largestOrder.value
            let count = worth.divided(by: price.value, rounding: .down).units / FixedDecimal.scale
            let pieces = TinkoffPieces(Int64(clamping: count))
            most = most.map { min($0, pieces) } ?? pieces
        }
        return most.map { share.lot.pieces(of: max(share.lot.wholeLots(in: $0), TinkoffLots(1))) }
    }

    /// Refuses an order that the venue would refuse as too large, now or when it fires.
    ///
    /// - Throws: `VenueError` that says what it is worth and what to do.
    func refuseTooLarge(_ request: OrderRequest, _ pieces: TinkoffPieces, _ share: TinkoffShare) async throws {
        guard let price = await valuation(request) else { return }
        let worth = price.notional(pieces.quantity)
        guard worth > settings.largestOrder else { return }
        throw VenueError(
            .rejected, code: "TINKOFF_TOO_LARGE",
            message: "\(pieces.count) \(request.symbol) are worth \(worth) \(share.currency), more than the venue "
                + "takes in one order without a code, \(settings.largestOrder): lower the budget, or set "
                + "RISK_MAX_ORDER_NOTIONAL=RUB:\(settings.largestOrder)")
    }

    /// What is told of a refusal. A closing order that the venue finds too large after all is tried again with half,
    /// down to one lot.
    func halved(_ request: OrderRequest, _ draft: TinkoffMethods.Draft, _ error: VenueError) -> VenueError {
        guard request.reduceOnly, !request.kind.isProtective, Self.tooLarge.contains(error.code), draft.lots.count > 1
        else { return error }
        let sent = draft.share.lot.pieces(of: draft.lots)
        refusedSizes[request.symbol] = TinkoffPieces(sent.count / 2)
        return VenueError(
            .retryable, code: error.code, message: "\(error.message); the next order takes half of \(sent.count)")
    }
}
