public import Core

/// Replaying recorded steps gave another batch than the recorded one.
public struct ReplayDivergence: Error, Hashable, Sendable, CustomStringConvertible {
    /// The batch's number, counted from one.
    public let number: Int
    /// What was recorded; nil when nothing was told.
    public let recorded: VenueBatch?
    /// What came now; nil when the data had ended.
    public let found: VenueBatch?

    public var description: String {
        let place = found.map { "now at \($0.at.milliseconds)" } ?? "now past the end"
        let before = recorded.map { "recorded at \($0.at.milliseconds) ms UTC" } ?? "recorded as nothing"
        return
            "stored bars changed since this ledger was recorded, or everything was closed when they ended "
            + "and there are more now (batch \(number), \(before), \(place)): start a new replay with --new"
    }
}

extension ReplayedMarket {
    /// Pulls and commands as recorded, so that the market becomes what it was then.
    ///
    /// - Throws: ``ReplayDivergence`` at the first batch that differs.
    public mutating func replay(_ steps: [RecordedStep]) throws(ReplayDivergence) {
        for step in steps {
            switch step {
            case .pulled(let recorded):
                let found = next()
                guard found == recorded else {
                    throw ReplayDivergence(number: pulled + (found == nil ? 1 : 0), recorded: recorded, found: found)
                }
            // News of the present, which a command caused, were waited for by nobody.
            case .waited(let limit) where limit <= now: break
            case .waited(let limit):
                if let found = next(until: limit) {
                    throw ReplayDivergence(number: pulled, recorded: nil, found: found)
                }
            case .submitted(let request): _ = submit(request)
            case .cancelled(let reference, _): _ = cancel(reference)
            case .amended(let id, let trigger, let quantity):
                _ = amend(.client(id), trigger: trigger, quantity: quantity)
            }
        }
    }
}
