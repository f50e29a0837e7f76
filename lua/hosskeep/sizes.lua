-- Numbers as people read them.

local sizes = {}

local UNITS = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" }

--- 1536 -> "1.5 KiB".
function sizes.bytes(n)
    local value, unit = n, 1
    while value >= 1024 and unit < #UNITS do
        value, unit = value / 1024, unit + 1
    end
    if unit == 1 then
        return string.format("%.0f B", value)
    end
    return string.format("%.1f %s", value, UNITS[unit])
end

--- 75.2 -> "1m15s"; below a minute with one digit after the point.
function sizes.seconds(s)
    if s < 60 then
        return string.format("%.1fs", s)
    end
    local whole = math.floor(s + 0.5)
    if whole < 3600 then
        return string.format("%dm%02ds", whole // 60, whole % 60)
    end
    return string.format("%dh%02dm%02ds", whole // 3600, whole % 3600 // 60, whole % 60)
end

--- A rate: bytes per second.
function sizes.rate(bytes, seconds)
    if seconds < 0.001 then
        return "-"
    end
    return sizes.bytes(bytes / seconds) .. "/s"
end

return sizes
