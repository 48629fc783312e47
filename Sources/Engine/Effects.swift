import Core

extension [Effect] {
    // Most steps ask for nothing, and what one part of a step asks for is mostly all of it: such lists are handed on as
    // they are, where the standard library would copy them.

    static func += (left: inout [Effect], right: [Effect]) {
        if right.isEmpty { return }
        if left.isEmpty { left = right } else { left.append(contentsOf: right) }
    }

    static func + (left: [Effect], right: [Effect]) -> [Effect] {
        var sum = left
        sum += right
        return sum
    }

    /// The orders among the effects.
    var orders: [OrderRequest] {
        compactMap { if case .submit(let approved, _) = $0 { approved.request } else { nil } }
    }
}
