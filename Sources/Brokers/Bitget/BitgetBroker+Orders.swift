public import Core

extension BitgetBroker {
    public func submit(_ request: OrderRequest) async -> SubmitOutcome {
        if let flaw = Self.flaw(request, settings.market) { return .refused(flaw) }
        if let known = await repeated(request) { return known }
        let question: BitgetQuestion<BitgetPlaced>
        do {
            if let flaw = try await language().flaw(request.clientID) {
                return .refused(Self.badName(request.clientID, flaw))
            }
            if let flaw = try await tooLarge(request) { return .refused(flaw) }
            question = try await self.question(request)
        } catch {
            // Nothing was sent: whatever went wrong, the order is certainly not there.
            let error = error as? VenueError ?? VenueError(.retryable, code: "BITGET_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
        book.sending(request)
        return await send(request, question)
    }

    /// How often a protection is sent again while the venue does not see its position yet.
    private static let positionLooks = 8

    private func send(_ request: OrderRequest, _ first: BitgetQuestion<BitgetPlaced>) async -> SubmitOutcome {
        var (question, lagging, isReformed, isResized) = (first, 0, false, false)
        let form = stances[request.symbol]
        while true {
            do throws(BitgetFailure) {
                return await accepted(request, try await client.ask(question))
            } catch {
                if error.verdict == .noPositionYet, lagging < Self.positionLooks {
                    // The fill is told before the position is seen; nothing was placed, so it is sent again.
                    lagging += 1
                    if (try? await Task.sleep(for: .milliseconds(150))) != nil { continue }
                }
                if !isResized, let again = await resized(request, after: error) {
                    (question, isResized) = (again, true)
                    continue
                }
                if request.reduceOnly, !isReformed, settings.market == .futures, error.verdict.mayBeForm {
                    // The mode may have been changed behind our back, whatever the venue calls the wrong form: an exit
                    // takes the right one at once, once.
                    isReformed = true
                    forgetStances()
                    if let again = try? await self.question(request), stances[request.symbol] != form {
                        question = again
                        continue
                    }
                }
                return await failed(request, error)
            }
        }
    }

    /// An order of this name is on its way or was sent before by this process: it is looked up, not sent again.
    private func repeated(_ request: OrderRequest) async -> SubmitOutcome? {
        guard book.request(request.clientID) != nil else { return nil }
        do {
            if let report = try await order(request.clientID, request.symbol) { return .accepted(report) }
            // It never arrived: sending it again under the same name is what the name is for.
            return nil
        } catch {
            return .silent(VenueError(.unknownOutcome, code: "BITGET_DOUBTFUL", message: "\(error)"))
        }
    }

    /// What the venue could not take in any case.
    static func flaw(_ request: OrderRequest, _ market: BitgetMarket) -> VenueError? {
        let letters = request.clientID.text.utf8
        guard !letters.isEmpty, letters.allSatisfy({ $0.isNameByte }) else {
            return badName(request.clientID, "letters, digits, - and _")
        }
        guard market == .spot else { return nil }
        if request.kind.isProtective {
            return VenueError(.rejected, code: "NO_NATIVE_PROTECTION", message: "spot holds no protections")
        }
        if request.reduceOnly, request.side == .buy {
            return VenueError(.rejected, code: "NOTHING_TO_CLOSE", message: "spot has no short positions")
        }
        return nil
    }

    private static func badName(_ id: ClientOrderID, _ flaw: String) -> VenueError {
        VenueError(.rejected, code: "BITGET_CLIENT_ID", message: "'\(id)' is no client id here: \(flaw)")
    }

    /// An error of what was asked before anything was sent: nothing is open then.
    static func certain(_ error: VenueError) -> VenueError {
        guard error.remedy == .unknownOutcome || error.remedy == .notFound else { return error }
        return VenueError(.retryable, code: error.code, message: error.message)
    }

    func question(_ request: OrderRequest) async throws -> BitgetQuestion<BitgetPlaced> {
        let dialect = try await language()
        let stance = try await stance(request.symbol, opens: !request.reduceOnly && !request.kind.isProtective)
        if request.kind.isProtective { return dialect.protect(request, stance) }
        guard settings.market == .spot else { return dialect.place(capped(request), stance, cap: nil) }
        let request = capped(try await fittedToSpot(request))
        guard request.kind == .market, request.side == .buy else {
            return dialect.place(request, stance, cap: nil)
        }
        return dialect.place(request, stance, cap: try await spotCap(request.symbol))
    }

    /// A closing sale on spot is at most what is free: fees were taken out of what was bought.
    private func fittedToSpot(_ request: OrderRequest) async throws -> OrderRequest {
        guard request.reduceOnly else { return request }
        let rules = try await contract(request.symbol, .vital).instrument
        let coin = request.symbol.base(quote: rules.quote)
        let free = try await ask(try await language().balances()).first { $0.coin == coin }?.free ?? .zero
        let quantity = rules.onLot(min(request.quantity, Quantity(free.value)))
        let worth = prices[request.symbol].map { $0.last.notional(quantity) } ?? rules.minimumNotional
        guard quantity > .zero, quantity >= rules.minimumQuantity, worth >= rules.minimumNotional else {
            throw VenueError(
                .rejected, code: "NOTHING_TO_CLOSE", message: "\(free) \(coin) is free, less than can be sold")
        }
        return OrderRequest(
            clientID: request.clientID, symbol: request.symbol, side: request.side, quantity: quantity,
            kind: request.kind, reduceOnly: true, purpose: request.purpose)
    }

    /// A purchase at market is sized in money on spot. A limit that fills at once or not at all keeps the amount exact.
    private func spotCap(_ symbol: Symbol) async throws -> Price {
        let rules = try await contract(symbol).instrument
        let ticker = try await ask(try await language().ticker(symbol))
        return rules.onTick((ticker.ask ?? ticker.last).moved(basisPoints: settings.spotSlippage), rounding: .floor)
    }

    private func accepted(_ request: OrderRequest, _ placed: BitgetPlaced) async -> SubmitOutcome {
        book.placed(request.clientID, as: placed.orderID)
        bell.ring()
        guard let orderID = placed.orderID else {
            // Displacing other reduce-only orders leaves the name out of the answer.
            return await found(request) ?? .silent(Self.doubt(request, "the venue gave it no name"))
        }
        return .accepted(report(request, orderID, .working, await now()))
    }

    private func failed(_ request: OrderRequest, _ failure: BitgetFailure) async -> SubmitOutcome {
        switch failure.verdict {
        case .duplicate, .unknown:
            // A code that nobody knows may be about the form: the modes are read again before the next order.
            let code = failure.error.code.dropFirst("BITGET_".count)
            if code.allSatisfy(\.isNumber), !BitgetErrors.lists(String(code)) { forgetStances() }
            book.doubted(request.clientID, at: await now())
            bell.ring()
            // A name that is taken is taken by an attempt that arrived.
            if failure.verdict == .duplicate, let outcome = await found(request) { return outcome }
            return .silent(
                VenueError(.unknownOutcome, code: failure.error.code, message: failure.error.message))
        case .positionMode:
            forgetStances()
            fallthrough
        case .protectionExists:
            if let outcome = await takenOver(request) { return outcome }
            fallthrough
        default:
            if failure.verdict == .unavailable {
                doubtedSessions.insert(request.symbol)
                statusBell.ring()
            }
            book.forget(request.clientID)
            return .refused(failure.error)
        }
    }

    private func found(_ request: OrderRequest) async -> SubmitOutcome? {
        guard let report = try? await order(request.clientID, request.symbol) else { return nil }
        return .accepted(report)
    }

    private static func doubt(_ request: OrderRequest, _ reason: String) -> VenueError {
        VenueError(.unknownOutcome, code: "BITGET_DOUBTFUL", message: "\(request.clientID): \(reason)")
    }

    func report(_ request: OrderRequest, _ orderID: String, _ state: OrderState, _ at: Timestamp) -> OrderReport {
        OrderReport(
            clientID: request.clientID, venueOrderID: orderID, symbol: request.symbol, side: request.side,
            kind: request.kind, quantity: request.quantity, filled: .zero, state: state, reason: nil, at: at)
    }
}

extension BitgetVerdict {
    /// Whether a refusal may come from an order of the wrong form.
    fileprivate var mayBeForm: Bool {
        switch self {
        case .positionMode, .rejected, .unavailable, .nothingToClose: true
        default: false
        }
    }
}

extension Symbol {
    /// The coin that a spot symbol buys.
    func base(quote: Currency) -> String {
        name.hasSuffix(quote.code) ? String(name.dropLast(quote.code.count)) : name
    }
}

extension UInt8 {
    /// Whether it may stand in a client id.
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
