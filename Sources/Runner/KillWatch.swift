import Engine

/// Looks at the kill-switch file between passes and says what the engine has to be told.
struct KillWatch: Sendable {
    let file: KillSwitchFile
    private var judge = KillSwitchJudge()

    init(file: KillSwitchFile) {
        self.file = file
    }

    /// The command the file gives now, or nil. A release is given only after the venues were proven flat, by the loop.
    mutating func look(isEngaged: Bool, at now: Duration) -> EngineEvent? {
        guard !isEngaged, case .engaged(let reason)? = judge.judge(file.read(), at: now) else { return nil }
        return .kill(reason: reason)
    }

    /// Whether the next pass should come at once because the file wants something.
    mutating func wantsAttention(isEngaged: Bool, at now: Duration) -> Bool {
        look(isEngaged: isEngaged, at: now) != nil
    }
}
