/// The arrows of the house: which own targets a target may import, and what the pure ones may import at all.
private let arrows: [String: Set<String>] = [
    "Core": [],
    "Optimizer": ["Core"],
    "SearchKernel": ["CSearchKernel"],
    "SearchKernelV3": ["CSearchKernel"],
    "SearchKernelV4": ["CSearchKernel"],
    "Signals": ["Core", "Optimizer", "CSearchKernel", "SearchKernel", "SearchKernelV3", "SearchKernelV4"],
    "Simulator": ["Core"],
    "Engine": ["Core"],
    "Backtest": ["Core", "Engine", "Simulator"],
    "Storage": ["Core", "CZlib"],
    "Brokers": ["Core", "Simulator"],
    "Router": ["Core", "Brokers"],
    "Twins": ["Core", "Simulator"],
    "Runner": ["Core", "Engine", "Signals", "Router", "Storage"],
    "Dashboard": ["Core", "Storage"],
]

private let packagesOfPureRooms: [String: Set<String>] = [
    "Core": ["Collections", "Crypto", "RealModule"],
    "Optimizer": ["RealModule"],
    "SearchKernel": [],
    "SearchKernelV3": [],
    "SearchKernelV4": [],
    "Signals": ["RealModule", "FoundationEssentials", "Synchronization"],
    "Simulator": [],
    "Engine": [],
    "Backtest": ["RealModule"],
]

/// Imports against the arrows, Foundation in pure targets, and networking outside Brokers.
func arrowFindings(_ file: SourceFile) -> [Finding] {
    guard let room = file.room else { return [] }
    let own = Set(arrows.keys).union(["aitrade", "CZlib", "CSearchKernel"])
    return file.imports.compactMap { line, module in
        if module == "FoundationNetworking", room != "Brokers" {
            return file.finding(line, "`import FoundationNetworking` in \(room): only Brokers talks to the network")
        }
        if own.contains(module) {
            guard let allowed = arrows[room], !allowed.contains(module) else { return nil }
            let list = allowed.isEmpty ? "nothing of ours" : allowed.sorted().joined(separator: ", ")
            return file.finding(
                line,
                "`import \(module)` in \(room) is an arrow up: \(room) may import \(list); pass a value in instead")
        }
        guard let allowed = packagesOfPureRooms[room], !allowed.contains(module) else { return nil }
        let list = allowed.isEmpty ? "no package" : allowed.sorted().joined(separator: ", ")
        return file.finding(line, "`import \(module)` in the pure target \(room): it may import \(list)")
    }
}
