// Lucide icons (ISC), by name; only those listed here are in the bundle.
import { h } from "preact";
import {
  Activity, ArrowLeft, Bell, BookOpen, Box, ChartNoAxesColumn, Check, ChevronDown, ChevronLeft, ChevronRight, CircleAlert, CircleCheck, Clock, Code, Coins, Copy, Cpu, Download, Ellipsis,
  ExternalLink, FilterX, Gauge, Hourglass, Info, Keyboard, Layers, LayoutDashboard, Link, Monitor, Moon, Plug, Radio, RefreshCw, Rocket, Search, Send, Settings, SlidersHorizontal, Sparkles, Sun, Table2, Terminal,
  TriangleAlert, Unplug, X, type IconNode,
} from "lucide";

const icons = {
  activity: Activity, back: ArrowLeft, bell: Bell, book: BookOpen, box: Box, bars: ChartNoAxesColumn, check: Check, down: ChevronDown, left: ChevronLeft, right: ChevronRight, alert: CircleAlert, ok: CircleCheck,
  clock: Clock, code: Code, coins: Coins, copy: Copy, cpu: Cpu, download: Download, more: Ellipsis, external: ExternalLink, filterx: FilterX, gauge: Gauge, hourglass: Hourglass, info: Info, keyboard: Keyboard,
  layers: Layers, overview: LayoutDashboard, link: Link, monitor: Monitor, moon: Moon, plug: Plug, radio: Radio, refresh: RefreshCw, rocket: Rocket, search: Search, send: Send, settings: Settings, sliders: SlidersHorizontal,
  sparkles: Sparkles, sun: Sun, table: Table2, terminal: Terminal, warning: TriangleAlert, unplug: Unplug, close: X,
};

export type IconName = keyof typeof icons;

/** A decorative icon: the words beside it say what it means. */
export const Icon = ({ name, size }: { name: IconName; size?: number }) => <Drawn of={icons[name]} size={size} />;

/** An icon of Lucide's: for those that a part brings which is loaded later. */
export function Drawn({ of, size = 16 }: { of: IconNode; size?: number | undefined }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {of.map(([tag, attributes]) => h(tag, attributes as object))}
    </svg>
  );
}
